/** `no-system-proxy`: the endpoint has no proxy setting, and an ordinary user with curl does not get out. */
import { z } from 'zod';
import { check, incomplete, satisfied, violated, type View } from './finding.ts';
import { later } from './window.ts';

const Settings = z.array(z.string());
const Curl = z.object({ exit: z.number().nullable(), nonce: z.string() });

function stateOf<T>(view: View, what: string, schema: z.ZodType<T>): { n: number; value: T } | undefined {
  const event = later(view, 'endpoint.state').findLast((state) => state.what === what);
  const value = schema.safeParse(event?.value);
  return event && value.success ? { n: event.n, value: value.data } : undefined;
}

export const noSystemProxy = check(
  z.object({}),
  (view) => {
    const settings = stateOf(view, 'proxy-settings', Settings);
    const curl = stateOf(view, 'curl', Curl);
    if (!settings || !curl)
      return incomplete('harness', 'The settings of the endpoint were not read, or nobody has tried curl.');
    const { exit, nonce } = curl.value;
    // 126 and 127: there is no curl to try with; none: it did not end.
    if (exit === null || exit === 126 || exit === 127)
      return incomplete('lab', `curl on the endpoint could not be run (status ${exit ?? 'none'}).`);
    const evidence = [settings.n, curl.n];
    if (settings.value.length > 0)
      return violated(`The endpoint has proxy settings: ${settings.value.join('; ')}.`, { evidence });
    const through = later(view, 'relay.request').find(
      (line) => line.target.includes(nonce) && line.status < 400,
    );
    const arrived = later(view, 'cloud.request').find((request) => request.path.includes(nonce));
    const out = through ?? arrived;
    if (exit === 0 || out)
      return violated(`A user of the endpoint got out with curl (status ${exit}).`, {
        evidence: [...evidence, ...(out ? [out.n] : [])],
      });
    return satisfied(
      `No proxy is set on the endpoint, and curl of a user did not get out (status ${exit}).`,
      { evidence },
    );
  },
  { wholeRecord: true },
);
