/**
 * `no-system-proxy`: the endpoint has no proxy setting that it had not before the product, and an ordinary user with
 * curl does not get out.
 */
import { z } from 'zod';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, violated, type View } from './finding.ts';
import { later, ofKind, subtract } from './window.ts';

const Settings = z.array(z.string());
type State = HistoryEventOf<'endpoint.state'>;
const Curl = z.object({ exit: z.number().nullable(), nonce: z.string() });

function stateOf<T>(view: View, what: string, schema: z.ZodType<T>): { event: State; value: T } | undefined {
  const [install] = installs(view);
  const event = later(view, 'endpoint.state').findLast(
    (state) => state.what === what && state.n > (install?.n ?? 0),
  );
  const value = schema.safeParse(event?.value);
  return event && value.success ? { event, value: value.data } : undefined;
}
const installs = ({ events }: View): HistoryEventOf<'hook.finished'>[] =>
  ofKind(events, 'hook.finished').filter((event) => event.hook === 'install');

/** What was set before the first installation is the base image's own; without such a reading nothing is subtracted. */
function setBefore(view: View, { endpoint, what }: State): string[] {
  const [install] = installs(view);
  const before = ofKind(view.events, 'endpoint.state').findLast(
    (state) => state.endpoint === endpoint && state.what === what && install && state.n < install.n,
  );
  return Settings.catch([]).parse(before?.value);
}

export const noSystemProxy = check(
  z.object({}),
  (view) => {
    const settings = stateOf(view, 'proxy-settings', Settings);
    const curl = stateOf(view, 'curl', Curl);
    if (!settings || !curl)
      return incomplete('harness', {
        en: 'The settings of the endpoint were not read, or nobody has tried curl.',
        ja: '端末の設定が読み取られていないか、curlが試されていません。',
      });
    const { exit, nonce } = curl.value;
    // 126 and 127: there is no curl to try with; none: it did not end.
    if (exit === null || exit === 126 || exit === 127)
      return incomplete('lab', {
        en: `curl on the endpoint could not be run (status ${exit ?? 'none'}).`,
        ja: `端末でcurlを実行できませんでした（終了コード：${exit ?? 'なし'}）。`,
      });
    const evidence = [settings.event.n, curl.event.n];
    const own = subtract(settings.value, setBefore(view, settings.event));
    if (own.length > 0)
      return violated(
        {
          en: `The endpoint has proxy settings that it had not before: ${own.join('; ')}.`,
          ja: `導入前にはなかったプロキシ設定が端末にあります：${own.join('; ')}。`,
        },
        { evidence },
      );
    const through = later(view, 'relay.request').find(
      (line) => line.target.includes(nonce) && line.status < 400,
    );
    const arrived = later(view, 'cloud.request').find((request) => request.path.includes(nonce));
    const out = through ?? arrived;
    if (exit === 0 || out)
      return violated(
        {
          en: `A user of the endpoint got out with curl (status ${exit}).`,
          ja: `端末の利用者がcurlで外部へ通信できました（終了コード：${exit}）。`,
        },
        { evidence: [...evidence, ...(out ? [out.n] : [])] },
      );
    return satisfied(
      {
        en: `The product has set no proxy on the endpoint, and curl of a user did not get out (status ${exit}).`,
        ja: `製品は端末にプロキシを設定しておらず、利用者のcurlも外部へ通信できませんでした（終了コード：${exit}）。`,
      },
      { evidence },
    );
  },
  { wholeRecord: true },
);
