/** @jsxRuntime automatic @jsxImportSource preact */
/** What a firewall has to let pass for each product: destinations that were used, and those that were declared. */
import type { ComponentChildren, JSX } from 'preact';
import type { Traffic } from '../results.ts';
import { declaredChannels } from '../traffic-channels.ts';
import { bytesText } from './measures.ts';
import { channelName, zoneName } from './names.ts';
import { T } from './parts.tsx';
import { NETWORK, watchedText } from './texts-network.ts';
import { both, type Both } from './texts.ts';
import { Section } from './section.tsx';
import type { ResultProduct, View } from './view.ts';

type Destination = Traffic['destinations'][number];
type Channel = Traffic['channels'][number];

export function Firewall({ view }: { view: View }): JSX.Element | null {
  const { traffic, products } = view.results;
  if (!traffic) return null;
  return (
    <Section id="firewall" title={NETWORK.firewall} hint={NETWORK.firewallHint}>
      {products.map((product) => (
        <ProductTraffic product={product} traffic={traffic} />
      ))}
      <p class="quiet small">
        <T t={NETWORK.refusedHint} />
      </p>
    </Section>
  );
}

function ProductTraffic({ product, traffic }: { product: ResultProduct; traffic: Traffic }): JSX.Element {
  const watched = traffic.watched.find((w) => w.product === product.id);
  const own = <X extends { product: string }>(all: readonly X[]): X[] =>
    all.filter((one) => one.product === product.id);
  return (
    <article class="traffic">
      <h3>{product.name}</h3>
      {watched === undefined ? (
        <p class="quiet">
          <T t={NETWORK.notWatched} />
        </p>
      ) : (
        <>
          <p class="quiet small">
            <T t={watchedText(watched.scenarios, watched.seconds)} />
          </p>
          <Destinations product={product} used={own(traffic.destinations)} />
          <Channels channels={own(traffic.channels)} />
        </>
      )}
    </article>
  );
}

function Destinations({
  product,
  used,
}: {
  product: ResultProduct;
  used: readonly Destination[];
}): JSX.Element {
  const declared = Map.groupBy(declaredChannels(product.statement), ([, destination]) => destination);
  const unused = [...declared].filter(([destination]) => !used.some((d) => d.destination === destination));
  return (
    <Table
      head={[
        NETWORK.destination,
        NETWORK.declaredFor,
        NETWORK.route,
        NETWORK.connections,
        NETWORK.refused,
        NETWORK.up,
        NETWORK.down,
      ]}
    >
      {used.map((destination) => (
        <DestinationRow destination={destination} />
      ))}
      {unused.map(([destination, channels]) => (
        <tr>
          <th scope="row">
            <code>{destination}</code>
          </th>
          <td>
            <Names channels={channels.map(([channel]) => channel)} />
          </td>
          <td class="quiet" colSpan={5}>
            <T t={NETWORK.neverUsed} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function DestinationRow({ destination: d }: { destination: Destination }): JSX.Element {
  const zones = d.zones.map(zoneName);
  const way = d.route === 'relay' ? NETWORK.viaRelay : NETWORK.direct;
  const where =
    zones.length === 0
      ? way
      : both(
          `${way.en}, ${zones.map((z) => z.en).join(', ')}`,
          `${way.ja}（${zones.map((z) => z.ja).join('、')}）`,
        );
  return (
    <tr class={d.channels.length === 0 ? 'undeclared' : ''}>
      <th scope="row">
        <code>{d.destination}</code>
      </th>
      <td>
        {d.channels.length === 0 ? (
          <strong class="alert">
            <T t={NETWORK.undeclared} />
          </strong>
        ) : (
          <Names channels={d.channels} />
        )}
      </td>
      <td>
        <T t={where} />
      </td>
      <td class="number">{d.connections}</td>
      <td class="number">{d.refused}</td>
      <Bytes value={d.bytesUp} />
      <Bytes value={d.bytesDown} />
    </tr>
  );
}

function Channels({ channels }: { channels: readonly Channel[] }): JSX.Element | null {
  if (channels.length === 0) return null;
  return (
    <details>
      <summary>
        <T t={NETWORK.perChannel} />
      </summary>
      <Table
        head={[
          NETWORK.channel,
          NETWORK.destination,
          NETWORK.requestsViaRelay,
          NETWORK.requestsDirect,
          NETWORK.contentUp,
          NETWORK.contentDown,
        ]}
      >
        {channels.map((c) => (
          <tr>
            <th scope="row">
              <T t={channelName(c.channel)} />
            </th>
            <td>{c.destination === undefined ? '–' : <code>{c.destination}</code>}</td>
            {c.viaRelay + c.direct + c.unknown === 0 ? (
              <td class="quiet" colSpan={4}>
                <T t={NETWORK.noRequest} />
              </td>
            ) : (
              <>
                <td class="number">{c.viaRelay}</td>
                <td class="number">
                  {c.direct}
                  {c.unknown === 0 ? null : (
                    <span class="quiet">
                      {' '}
                      <T t={both(`+ ${c.unknown} unknown`, `＋経路不明${c.unknown}`)} />
                    </span>
                  )}
                </td>
                <Bytes value={c.bytesUp} />
                <Bytes value={c.bytesDown} />
              </>
            )}
          </tr>
        ))}
      </Table>
    </details>
  );
}

function Names({ channels }: { channels: readonly string[] }): JSX.Element {
  const names = channels.map(channelName);
  return <T t={both(names.map((n) => n.en).join(', '), names.map((n) => n.ja).join('、'))} />;
}

function Bytes({ value }: { value: number | undefined }): JSX.Element {
  return <td class="number">{value === undefined ? <T t={NETWORK.notCounted} /> : bytesText(value)}</td>;
}

/** The last four columns of a table are figures, the others words. */
function Table({ head, children }: { head: readonly Both[]; children: ComponentChildren }): JSX.Element {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th scope="col" class={i >= head.length - 4 ? 'number' : ''}>
                <T t={name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
