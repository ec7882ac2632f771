/** `certificate-refused`, `inspection-as-declared`, `revocation-clean`: what a product does with certificates. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally } from './capture.ts';
import { lookEnrolled } from './enrolled.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { count, inSeconds, seconds, words } from './measures.ts';
import { asked, destinationOf } from './relay.ts';
import { isRefusal, statusIn } from './status.ts';
import { anchorTime, later, ofKind } from './window.ts';

type Request = HistoryEventOf<'relay.request'>;

/** Words of which one at least says that it is about a certificate, whatever the maker, or the library's code, calls it. */
const NAMES_IT =
  /certif|(?<![a-z])(?:certs?|tls|ssl|ca)(?![a-z])|self.?signed|leaf.signature|x\.?509|trust|issuer|authority|pinn|inspect|intercept|host ?name[^.]{0,40}match|証明書|認証局|署名/i;

/** An inspecting relay writes down what was asked inside of the tunnel, and not only for whom it was opened. */
const inside = (lines: readonly Request[]): Request[] =>
  lines.filter(({ method, target }) => method !== 'CONNECT' && /^https:/i.test(target));
const tunnels = (lines: readonly Request[]): Request[] =>
  lines.filter(({ method, status }) => method === 'CONNECT' && status < 400);

/**
 * From the installation to event `until`: it came as far as the certificate (the relay opened tunnels to these
 * destinations), no application byte followed (nothing inside of the tunnels, nothing at the cloud), and the endpoint
 * tells why. `own`: a text in what the harness itself asked for to see that the relay inspects; the check wants it there.
 * `shown`: the fault by which the cloud shows the certificate, instead of such a relay.
 */
export const certificateRefused = check(
  z.object({
    destinations: z.array(z.string()).min(1),
    until: z.number().int().optional(),
    own: z.string().optional(),
    shown: z.string().optional(),
  }),
  (view, { destinations, until = Infinity, own, shown }) => {
    const unshown = shown === undefined ? undefined : notShown(view, shown);
    if (unshown) return unshown;
    const isOwn = (text: string): boolean => own !== undefined && text.includes(own);
    const lines = asked(view).filter((line) => line.n <= until && destinations.includes(destinationOf(line)));
    if (own !== undefined && !inside(lines).some(({ target }) => isOwn(target)))
      return incomplete('relay', {
        en: 'The relay was not seen to look into a tunnel, so there was nothing to refuse.',
        ja: 'プロキシがTLSを復号したことを確認できず、拒否すべきものがありません。',
      });
    const heard = later(view, 'cloud.request').filter(({ n, path }) => n <= until && !isOwn(path));
    const leaked = [...inside(lines).filter(({ target }) => !isOwn(target)), ...heard];
    if (leaked.length > 0)
      return violated(
        {
          en: `It accepted the certificate: ${leaked.length} requests were sent in spite of it.`,
          ja: `証明書を受け入れました。本来拒否すべき接続で、要求が${leaked.length}件送られています。`,
        },
        {
          measures: [count('tls.requests-sent', leaked.length)],
          evidence: numbersOf(leaked),
          itself: true,
        },
      );
    const opened = tunnels(lines).length - (own === undefined ? 0 : 1);
    const measures = [count('tls.requests-sent', 0), count('tls.attempts', Math.max(0, opened))];
    if (opened < 1)
      return violated(
        {
          en: 'It opened no tunnel to its cloud, so it never saw the certificate that it was to refuse.',
          ja: 'クラウドへのトンネルを開いておらず、拒否すべき証明書まで到達していません。',
        },
        { measures },
      );
    const why = reasonGiven(view, until);
    if (!why)
      return violated(
        {
          en: `It refused the certificate ${opened} times, and nothing on the endpoint says that a certificate is the reason.`,
          ja: `証明書を${opened}回拒否しましたが、理由が証明書であることが端末に示されていません。`,
        },
        { measures, evidence: numbersOf([...statusHooks(view, until), ...tunnels(lines)]) },
      );
    return satisfied(
      {
        en: `It refused the certificate ${opened} times, sent nothing, and says why (${why.text}).`,
        ja: `証明書を${opened}回拒否し、データは送らず、理由を示しました（${why.text}）。`,
      },
      { measures: [...measures, words('tls.reason', why.text)], evidence: [why.n] },
    );
  },
  { wholeRecord: true },
);

/** The cloud must have shown that certificate since before the product could see another. */
function notShown(view: View, shown: string): Finding | undefined {
  const changes = ofKind(view.events, 'cloud.fault').filter(({ fault }) => fault === shown);
  const [first] = ofKind(view.events, 'cloud.request').filter(({ via }) => via === 'relay');
  const on = changes.find(({ state }) => state === 'on');
  return on && (!first || first.n > on.n)
    ? undefined
    : incomplete('cloud', {
        en: `The cloud was not seen to show the certificate "${shown}" from the beginning.`,
        ja: `クラウドが初めから証明書「${shown}」を示していたことを確認できません。`,
      });
}

const statusHooks = (view: View, until: number): HistoryEventOf<'hook.finished'>[] =>
  later(view, 'hook.finished')
    .filter(({ hook, n }) => hook === 'status' && n <= until)
    .slice(-1);

/** What the status said about it, or the installer that refused. */
function reasonGiven(view: View, until: number): { text: string; n: number } | undefined {
  const hooks = later(view, 'hook.finished').filter(({ n }) => n <= until);
  const refusing = hooks.find((one) => one.hook === 'install' && isRefusal(one));
  const asked = hooks.findLast(({ hook }) => hook === 'status');
  const status = asked && statusIn(asked.output);
  const said = [
    ...(asked && status && !status.connected ? [{ n: asked.n, text: status.reason ?? '' }] : []),
    ...(refusing ? [{ n: refusing.n, text: refusing.output }] : []),
  ].find(({ text }) => NAMES_IT.test(text));
  return said && { n: said.n, text: (said.text.trim().split('\n')[0] ?? '').slice(0, 200) };
}

/** With the relay's CA in the trust store: who declares `inspected` works, who does not may refuse. */
export const inspectionAsDeclared = check(
  z.object({ declared: z.boolean(), destinations: z.array(z.string()).min(1), within: Within }),
  (view, { declared, destinations, within }) => {
    const works = lookEnrolled(view, { within, via: 'relay' });
    const lines = asked(view).filter((line) => destinations.includes(destinationOf(line)));
    const read = inside(lines);
    const behaviour = (value: string) => [
      { ...words('tls.inspection', value), declared: declared ? 'accepted' : 'refused' },
    ];
    if (works.state === 'satisfied') {
      if (read.length === 0) return notRead(view, within);
      const measures = [...works.measures, ...behaviour('accepted')];
      const evidence = [...works.evidence, ...read.slice(0, 5).map(({ n }) => n)];
      return satisfied(
        {
          en: `It works through an inspecting relay whose CA is trusted; the relay has read ${read.length} of its requests.`,
          ja: `信頼済みのCAで復号するプロキシを通して動作しました。プロキシは要求${read.length}件を読み取っています。`,
        },
        { measures, evidence, ...(declared ? {} : { findings: [UNDECLARED] }) },
      );
    }
    if (declared || works.state === 'undecided')
      return {
        ...works,
        reason: both(
          `Inspection is declared as accepted. ${works.reason.en}`,
          `復号するプロキシへの対応が申告されています。${works.reason.ja}`,
        ),
      };
    if (read.length > 0)
      return violated(
        {
          en: `It declares no inspection and did not enrol, yet ${read.length} of its requests could be read by the relay.`,
          ja: `復号への対応は申告されておらず、登録もされませんでしたが、要求${read.length}件がプロキシに読み取られました。`,
        },
        { measures: behaviour('half'), evidence: numbersOf(read), itself: true },
      );
    const opened = tunnels(lines).length;
    const refusing = ofKind(view.events, 'hook.finished').find(
      (one) => one.hook === 'install' && isRefusal(one) && NAMES_IT.test(one.output),
    );
    if (refusing)
      return satisfied(
        {
          en: 'Its installer refused a relay that inspects, and says so; it does not declare inspection.',
          ja: '申告どおり、インストーラーが復号するプロキシを拒否し、その理由を示しました。',
        },
        { measures: behaviour('refused'), evidence: [refusing.n] },
      );
    if (opened === 0)
      return violated({
        en: 'It opened no tunnel to its cloud, so it never saw the certificate.',
        ja: 'クラウドへのトンネルを開いておらず、証明書まで到達していません。',
      });
    return satisfied(
      {
        en: `It refused inspection ${opened} times within ${inSeconds(within)}, and sent nothing; it does not declare it.`,
        ja: `申告どおり復号を受け入れず、${seconds(within)}秒の間に${opened}回拒否し、データは送りませんでした。`,
      },
      { measures: behaviour('refused') },
    );
  },
);

/** Its requests are written down when they have been answered, so shortly after it has enrolled. */
function notRead(view: View, within: number): Finding {
  const reason = both(
    'It enrolled, and the relay was not seen to look into its tunnels.',
    '登録されましたが、プロキシによる復号を確認できません。',
  );
  return view.now <= anchorTime(view) + within ? undecided(reason) : incomplete('relay', reason);
}

const UNDECLARED = {
  kind: 'undeclared-inspection',
  en: 'It accepts a relay that looks into its traffic, and does not declare it.',
  ja: '通信を復号するプロキシを受け入れますが、その申告がありません。',
};

/** Questions about revocation: none, or through the relay. `hosts`: those that the certificate names. */
export const revocationClean = check(
  z.object({ hosts: z.array(z.string()).min(1), point: z.string(), shown: z.string() }),
  (view, { hosts, point, shown }) => {
    const hole = holeInCapture(view, point) ?? notShown(view, shown);
    if (hole) return hole;
    const lines = asked(view);
    if (lines.length === 0)
      return violated({
        en: 'The relay was not asked for anything, so nothing was looked at.',
        ja: 'プロキシへの要求が一件もなく、確認の対象がありません。',
      });
    const isOne = (name: string): boolean => hosts.includes(name.toLowerCase());
    const through = lines.filter((line) => isOne(destinationOf(line).replace(/:\d+$/, '')));
    const looked = later(view, 'resolver.query').filter(({ name }) => isOne(name));
    const past = packetsOut(view, point).filter(({ peer }) => peer === 'cloud' || peer === 'other');
    const measures = [
      count('revocation.through-relay', through.length),
      count('revocation.direct', looked.length + past.length),
    ];
    if (looked.length + past.length > 0)
      return violated(
        {
          en: `It tried to learn of revocation without the relay: ${looked.length} look-ups of ${hosts.join(', ')} in the local DNS, ${past.length} packets${past.length > 0 ? ` (${tally(past).en})` : ''}.`,
          ja: `失効確認をプロキシを通さずに試みました。構内DNSへの ${hosts.join('、')} の問い合わせ${looked.length}件、パケット${past.length}個${past.length > 0 ? `（${tally(past).ja}）` : ''}です。`,
        },
        { measures, evidence: numbersOf([...looked, ...past]) },
      );
    return satisfied(
      {
        en: `Nothing about revocation went past the relay; ${through.length} questions about it went through it.`,
        ja: `プロキシを通らない失効確認はありませんでした。プロキシ経由の失効確認は${through.length}件です。`,
      },
      { measures, evidence: numbersOf(through) },
    );
  },
  { wholeRecord: true },
);
