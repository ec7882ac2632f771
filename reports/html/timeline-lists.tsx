/** @jsxRuntime automatic @jsxImportSource preact */
/** Below the drawing: the story, with whom the endpoint spoke, and every event. */
import type { JSX } from 'preact';
import { bytesText } from './measures.ts';
import { PEER_NAMES } from './names.ts';
import { T } from './parts.tsx';
import { Section } from './section.tsx';
import { NETWORK } from './texts-network.ts';
import { both, type Both } from './texts.ts';
import type { Timeline } from './timeline-model.ts';
import type { Row } from './timeline-rows.ts';
import type { Talk } from './timeline-talks.ts';

const WORDS = {
  story: both('What happened', '出来事の流れ'),
  talks: both('With whom the endpoint spoke', '端末の通信相手'),
  talksHint: both(
    'Packets at the endpoint since the installation began; bytes above TCP, UDP or ICMP.',
    '導入の開始以降に端末で記録したパケットです。通信量はTCP・UDP・ICMPより上位の値です。',
  ),
  endpoint: both('Endpoint', '端末'),
  peer: both('Other end', '相手'),
  address: both('Address and port', 'アドレスとポート'),
  sent: both('Packets sent', '送信パケット'),
  received: both('Packets received', '受信パケット'),
  all: both('All events', 'すべての出来事'),
  time: both('s', '秒'),
  who: both('Seen by', '記録元'),
  what: both('What', '内容'),
  more: both('more events are in history.ndjson', '件の続きは history.ndjson にあります'),
} as const;

export function TimelineLists({ timeline }: { timeline: Timeline }): JSX.Element {
  return (
    <>
      <Section id="story" title={WORDS.story}>
        <Events rows={timeline.story} />
      </Section>
      {timeline.talks.length === 0 ? null : (
        <Section id="talks" title={WORDS.talks} hint={WORDS.talksHint}>
          <Talks talks={timeline.talks} />
        </Section>
      )}
      <Section id="events" title={WORDS.all}>
        <details class="all-events">
          <summary>
            <T t={both(`${timeline.rows.length} rows`, `${timeline.rows.length}行を表示`)} />
          </summary>
          <Events rows={timeline.rows} />
        </details>
        {timeline.more > 0 ? (
          <p class="quiet">
            {timeline.more} <T t={WORDS.more} />
          </p>
        ) : null}
      </Section>
    </>
  );
}

function Events({ rows }: { rows: readonly Row[] }): JSX.Element {
  return (
    <table class="events">
      <thead>
        <tr>
          <th scope="col" class="time">
            <T t={WORDS.time} />
          </th>
          <th scope="col" class="who">
            <T t={WORDS.who} />
          </th>
          <th scope="col">
            <T t={WORDS.what} />
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr class={`tone-${row.tone}`}>
            <td class="time">{row.at.toFixed(3)}</td>
            <td class="who quiet">{row.source}</td>
            <td class={row.tone === 'quiet' ? 'quiet' : ''}>
              <T t={row.text} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const TALK_HEADS: readonly Both[] = [
  WORDS.endpoint,
  WORDS.peer,
  WORDS.address,
  WORDS.sent,
  WORDS.received,
  NETWORK.up,
  NETWORK.down,
];
function Talks({ talks }: { talks: readonly Talk[] }): JSX.Element {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {TALK_HEADS.map((head, i) => (
              <th scope="col" class={i > 2 ? 'number' : ''}>
                <T t={head} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {talks.map((talk) => (
            <tr>
              <td>{talk.point}</td>
              <th scope="row">
                <T t={PEER_NAMES[talk.peer]} />
              </th>
              <td>
                <code>
                  {talk.address}
                  {talk.port === undefined ? '' : `:${talk.port}`} {talk.protocol}
                </code>
              </td>
              <td class="number">{talk.sent}</td>
              <td class="number">{talk.received}</td>
              <td class="number">{bytesText(talk.bytesUp)}</td>
              <td class="number">{bytesText(talk.bytesDown)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
