import { describe, it } from 'node:test';
import { expect } from 'chai';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const OWN = 'abc0123';
const REASON = '{"connected":false,"via":null,"reason":"certificate refused: self-signed in chain"}';
const request = (story: Story, path: string): Story =>
  story.see({
    kind: 'cloud.request',
    ...{ peer: '10.92.0.11', via: 'relay', host: 'edr.cloud.test', method: 'POST', path },
    ...{ status: 401, bytesUp: 10, bytesDown: 10, problems: [] },
  });
const shows = (fault: string, story = Story.closed()): Story =>
  story.see({ kind: 'cloud.fault', fault, state: 'on' });
/** Installed behind an inspecting relay; the harness has seen it look into a tunnel. */
function inspected(status = REASON): Story {
  const story = Story.closed().after(1000).hook('install').after(500).tunnel(EDR).tunnel(EDR);
  story.hook('status', { output: status }).tunnel(EDR);
  return request(story.tunnel(`https://edr.cloud.test/${OWN}`, { method: 'GET', status: 404 }), `/${OWN}`);
}

describe('certificate-refused', () => {
  const args = { destinations: [EDR], own: OWN };
  const judged = (story: Story, rest: object = {}) =>
    runCheck('certificate-refused', story.view(0), { ...args, ...rest });

  it('is satisfied by tunnels without a request in them, and a reason', () => {
    const finding = judged(inspected());
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[1]).to.include({ name: 'tls.attempts', value: 2 });
    expect(finding.measures[2]?.value).to.contain('self-signed');
  });
  it('is satisfied by an installer that refused for that reason', () => {
    const story = inspected('{"connected":false,"reason":""}');
    story.hook('install', { outcome: 'failed', exit: 1, output: 'the certificate is not trusted' });
    expect(judged(story)).to.include({ state: 'satisfied' });
  });
  it('is violated by one request that the relay could read, or that the cloud got', () => {
    const read = inspected().tunnel('https://edr.cloud.test/v1/enrol', { method: 'POST', status: 401 });
    expect(judged(read)).to.include({ state: 'violated' });
    expect(judged(request(inspected(), '/v1/enrol'))).to.include({ state: 'violated' });
  });
  it('excuses by no other requirement what it did, only what it did not come to', () => {
    const judgement = (story: Story) =>
      judgeScenario(story.ask('certificate-refused', args, { restsOn: 'NET-01' }).finish().events);
    const read = inspected().tunnel('https://edr.cloud.test/v1/enrol', { method: 'POST', status: 401 });
    expect(judgement(read).verdict).to.equal('fail');
    expect(judgement(read).perhaps).to.equal(undefined);
    expect(judgement(inspected('{"connected":false,"reason":""}')).perhaps).to.equal('NET-01');
  });
  it('is violated by another reason, or none', () => {
    for (const reason of ['relay unreachable', ''])
      expect(judged(inspected(JSON.stringify({ connected: false, reason }))).state).to.equal('violated');
    expect(judged(inspected('{"connected":true,"reason":"certificate fine"}')).state).to.equal('violated');
  });
  it('knows the codes of libraries for words about a certificate', () => {
    for (const code of [
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'net::ERR_CERT_DATE_INVALID',
      'SSL_ERROR_BAD_CERT_DOMAIN',
    ])
      expect(judged(inspected(JSON.stringify({ connected: false, reason: code }))).state, code).to.equal(
        'satisfied',
      );
    for (const other of ['certain failure', 'no local cache', 'cannot connect'])
      expect(judged(inspected(JSON.stringify({ connected: false, reason: other }))).state, other).to.equal(
        'violated',
      );
  });
  it('is violated when it never came as far as the certificate', () => {
    const story = Story.closed().after(1000).hook('install').hook('status', { output: REASON });
    story.tunnel(EDR, { status: 403 }).tunnel(EDR);
    const finding = judged(story.tunnel(`https://edr.cloud.test/${OWN}`, { method: 'GET' }));
    expect(finding).to.include({ state: 'violated' });
    expect(finding.reason.en).to.contain('no tunnel');
  });
  it('is incomplete when nobody saw the relay look into a tunnel', () => {
    const story = Story.closed().after(1000).hook('install').tunnel(EDR).hook('status', { output: REASON });
    expect(judged(story)).to.include({ state: 'incomplete', blame: 'relay' });
  });
  it('looks no further than it is told to, where the cloud shows the certificate', () => {
    const story = shows('certificate-expired')
      .after(1000)
      .hook('install')
      .tunnel(EDR)
      .hook('status', { output: REASON });
    const until = story.n;
    request(story.tunnel(EDR), '/v1/enrol');
    const args = { destinations: [EDR], shown: 'certificate-expired' };
    expect(runCheck('certificate-refused', story.view(0), { ...args, until }).state).to.equal('satisfied');
    expect(runCheck('certificate-refused', story.view(0), args).state).to.equal('violated');
  });
  it('is incomplete when the cloud showed another certificate, or showed it too late', () => {
    const args = { destinations: [EDR], shown: 'certificate-wrong-name' };
    expect(runCheck('certificate-refused', shows('certificate-expired').view(0), args)).to.include({
      state: 'incomplete',
      blame: 'cloud',
    });
    const late = shows('certificate-wrong-name', request(Story.closed(), '/v1/enrol'));
    expect(runCheck('certificate-refused', late.view(0), args).state).to.equal('incomplete');
  });
});

describe('inspection-as-declared', () => {
  const args = { declared: true, destinations: [EDR], within: 5000 };
  const judged = (story: Story, declared: boolean) =>
    runCheck('inspection-as-declared', story.view(4), { ...args, declared });
  const installed = (): Story => Story.closed().after(1000).hook('install').after(500);
  const accepted = (): Story =>
    installed()
      .tunnel(EDR)
      .tunnel('https://edr.cloud.test/v1/enrol', { method: 'POST', status: 201 })
      .enrol();

  it('is satisfied by who declares it and works, read by the relay', () => {
    const finding = judged(accepted(), true);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.findings ?? []).to.deep.equal([]);
  });
  it('finds who works without declaring it', () => {
    const finding = judged(accepted(), false);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.findings?.[0]?.kind).to.equal('undeclared-inspection');
  });
  it('is violated by who declares it and does not work', () => {
    expect(judged(installed().tunnel(EDR), true).state).to.equal('undecided');
    expect(judged(installed().tunnel(EDR).after(6000), true).state).to.equal('violated');
  });
  it('is satisfied by who does not declare it and refuses', () => {
    expect(judged(installed().tunnel(EDR), false).state).to.equal('undecided');
    const finding = judged(installed().tunnel(EDR).after(6000), false);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[0]).to.include({ value: 'refused', declared: 'refused' });
  });
  it('is satisfied by an installer that refuses such a relay and says so, where it is not declared', () => {
    const refused = (output: string) =>
      Story.closed().after(1000).hook('install', { outcome: 'failed', exit: 3, output }).after(6000);
    expect(judged(refused('a relay that inspects is not supported'), false).state).to.equal('satisfied');
    expect(judged(refused('out of memory'), false).state).to.equal('violated');
    expect(judged(refused('a relay that inspects is not supported'), true).state).to.equal('violated');
  });
  it('is violated when it sent something, or never came as far, without working', () => {
    const half = installed().tunnel('https://edr.cloud.test/v1/enrol', { method: 'POST', status: 400 });
    expect(judged(half.after(6000), false)).to.include({ state: 'violated', itself: true });
    expect(judged(installed().after(6000), false).state).to.equal('violated');
  });
  it('does not pass without a request that the relay has read', () => {
    expect(judged(installed().tunnel(EDR).enrol(), true).state).to.equal('undecided');
    expect(judged(installed().tunnel(EDR).enrol().after(6000), true)).to.include({
      state: 'incomplete',
      blame: 'relay',
    });
  });
});

describe('revocation-clean', () => {
  const args = { hosts: ['ocsp.cloud.test'], point: 'pc', shown: 'certificate-with-ocsp' };
  const shown = (): Story => shows('certificate-with-ocsp');
  const working = (): Story => shown().working().tunnel(EDR).packet('relay');
  const judged = (story: Story) => runCheck('revocation-clean', story.endCapture().view(0), args);

  it('is satisfied by none at all, and by what goes through the relay', () => {
    expect(judged(working())).to.include({ state: 'satisfied' });
    const through = judged(working().tunnel('http://ocsp.cloud.test/', { method: 'POST', status: 403 }));
    expect(through).to.include({ state: 'satisfied' });
    expect(through.measures[0]).to.include({ name: 'revocation.through-relay', value: 1 });
  });
  it('is violated by a look-up of the responder, or a packet past the relay', () => {
    const asked = working().see({
      kind: 'resolver.query',
      ...{
        resolver: 'gateway',
        client: '10.91.0.12',
        name: 'OCSP.cloud.test',
        type: 'A',
        answer: 'NXDOMAIN',
      },
    });
    expect(judged(asked)).to.include({ state: 'violated' });
    expect(judged(working().packet('other'))).to.include({ state: 'violated' });
  });
  it('does not pass when nothing was asked of the relay, and is incomplete without a capture', () => {
    expect(judged(shown().working())).to.include({ state: 'violated' });
    expect(judged(Story.closed().working().tunnel(EDR))).to.include({ state: 'incomplete', blame: 'cloud' });
    expect(runCheck('revocation-clean', working().view(0), args).state).to.equal('incomplete');
  });
});
