/** `signed-in`, `turned-away`, `sign-ins-bounded`: who showed which account to the relay, by the relay's own log. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within, type View } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, later } from './window.ts';

type Line = HistoryEventOf<'relay.request'>;

const SIGN_IN_WANTED = 407;
const lines = (view: View): Line[] => later(view, 'relay.request').filter((line) => !line.ours);
const wanted = (view: View): Line[] => lines(view).filter((line) => line.status === SIGN_IN_WANTED);
const numbers = (some: readonly Line[]): number[] => some.slice(0, 20).map((line) => line.n);

/** Tunnels are logged when they end, so the log has to have been read to its end. */
export const signedIn = check(
  z.object({ user: z.string() }),
  (view, { user }) => {
    const through = lines(view).filter((line) => line.status === 200);
    const known = through.filter((line) => line.user === user);
    const asked = wanted(view);
    const measures = [count('signin.challenges', asked.length), count('signin.tunnels', known.length)];
    const evidence = numbers([...known, ...asked]);
    if (known.length === 0)
      return violated(
        {
          en: `Not one of ${through.length} tunnels was let through for the account that the product was given.`,
          ja: `許可されたトンネル${through.length}件の中に、製品に与えたアカウントによるものがありません。`,
        },
        { measures, evidence },
      );
    const strange = through.length - known.length;
    return strange > 0
      ? incomplete('relay', {
          en: `The relay let ${strange} of ${through.length} tunnels through without that account, so it does not ask everybody to sign in.`,
          ja: `プロキシがトンネル${through.length}件中${strange}件をこのアカウントなしで許可しており、認証を求める設定になっていません。`,
        })
      : satisfied(
          {
            en: `All ${known.length} tunnels were let through for the account that it was given; the relay had asked for a sign-in ${asked.length} times.`,
            ja: `トンネル${known.length}件はすべて、与えたアカウントで許可されました。プロキシが認証を求めたのは${asked.length}回です。`,
          },
          { measures, evidence },
        );
  },
  { wholeRecord: true },
);

/** The relay has asked the product to sign in, and has not let it through: there is something to tell people. */
export const turnedAway = check(z.object({ within: Within }), (view, { within }) => {
  const from = anchorTime(view);
  const until = from + within;
  const through = lines(view).find((line) => line.status === 200);
  if (through)
    return incomplete(
      'relay',
      {
        en: `The relay let ${through.target} through, although the account is not valid.`,
        ja: `アカウントが有効でないのに、プロキシが ${through.target} への通信を許可しました。`,
      },
      { evidence: [through.n] },
    );
  const asked = wanted(view).filter((line) => line.t <= until);
  const measures = [count('signin.refused', asked.length)];
  if (asked.length > 0)
    return satisfied(
      {
        en: `The relay turned it away ${asked.length} times.`,
        ja: `プロキシは製品の接続を${asked.length}回拒否しました。`,
      },
      { measures, evidence: numbers(asked) },
    );
  const reason = both(
    `The relay was not asked for anything within ${inSeconds(within)}, so nothing was looked at.`,
    `${seconds(within)}秒以内にプロキシへの要求が一件もなく、確認の対象がありません。`,
  );
  return view.now <= until ? undecided(reason) : violated(reason, { missed: { from, until } });
});

const Bounded = z.object({
  /** wrong sign-ins after which a directory may lock an account */
  most: z.number().int().positive(),
  /** must have been watched for so long at least */
  watch: Within,
});

/** The anchor is the moment since when the account is not valid; the window ends where it is again. */
export const signInsBounded = check(Bounded, (view, { most, watch }) => {
  const from = anchorTime(view);
  const renewed = later(view, 'relay.changed').find((event) => event.what === 'password');
  const until = renewed?.t ?? view.now;
  const asked = wanted(view).filter((line) => line.t <= until);
  // Squid names the account of a wrong sign-in; a request that showed none has counted against nobody.
  const named = asked.filter((line) => line.user !== undefined);
  const attempts = named.length > 0 ? named : asked;
  const measures = [
    count('signin.refused', attempts.length),
    timeMeasure(view.events, { name: 'signin.watched', ms: until - from }),
  ];
  const evidence = numbers(attempts);
  if (attempts.length > most)
    return violated(
      {
        en: `It showed the account that is not valid ${attempts.length} times within ${inSeconds(until - from)}; a directory that locks after ${most} attempts has locked it.`,
        ja: `無効になったアカウントで、${seconds(until - from)}秒の間に${attempts.length}回認証を試みました。${most}回でロックする設定なら、アカウントがロックされます。`,
      },
      { measures, evidence },
    );
  const watched = both(
    `It was watched for ${inSeconds(until - from)} of ${inSeconds(watch)}.`,
    `観測は${seconds(watch)}秒のうち${seconds(until - from)}秒です。`,
  );
  if (until - from < watch) return renewed ? incomplete('harness', watched) : undecided(watched);
  if (attempts.length === 0)
    return violated(
      {
        en: `It did not come to the relay at all within ${inSeconds(until - from)}, so nothing was looked at.`,
        ja: `${seconds(until - from)}秒の間にプロキシへの要求が一件もなく、確認の対象がありません。`,
      },
      { measures },
    );
  return satisfied(
    {
      en: `It showed the account that is not valid ${attempts.length} times within ${inSeconds(until - from)}; ${most} are allowed.`,
      ja: `無効になったアカウントでの認証は、${seconds(until - from)}秒の間に${attempts.length}回でした（許容は${most}回）。`,
    },
    { measures, evidence },
  );
});
