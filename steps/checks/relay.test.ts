import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const asked = () => Story.closed().after(5000).hook('install').after(10);

describe('strict-connect', () => {
  it('is satisfied when every tunnel names its target', () => {
    const story = asked()
      .tunnel(EDR, { hostHeader: 'EDR.cloud.test:443' })
      .tunnel('probe:1', { ours: true, hostHeader: null });
    expect(runCheck('strict-connect', story.view(0), {}).state).to.equal('satisfied');
  });
  it('is violated by another name, or none', () => {
    for (const hostHeader of ['10.91.0.11:3128', 'edr.cloud.test', null]) {
      const finding = runCheck('strict-connect', asked().tunnel(EDR).tunnel(EDR, { hostHeader }).view(0), {});
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en)
        .to.contain('1 of 2 tunnels')
        .and.contain(hostHeader ?? '(none)');
    }
  });
  it('wants a tunnel at least, unless the installer refused the address', () => {
    expect(runCheck('strict-connect', asked().view(0), {}).reason.en).to.contain('nothing was looked at');
    const refusing = Story.closed().hook('install', { outcome: 'failed', exit: 1, output: 'no URL please' });
    expect(runCheck('strict-connect', refusing.view(0), {}).state).to.equal('satisfied');
    const crashed = Story.closed().hook('install', { outcome: 'failed', exit: 139, output: 'Acme 7.2' });
    expect(runCheck('strict-connect', crashed.view(0), {}).state).to.equal('violated');
  });
});

describe('only-declared', () => {
  const args = { declared: [EDR, 'cdn.cloud.test:443'] };

  it('is satisfied by declared destinations, and lists them', () => {
    const finding = runCheck('only-declared', asked().tunnel(EDR).tunnel(EDR).view(0), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'firewall.destinations', value: EDR });
    expect(finding.measures[1]).to.include({ name: 'firewall.undeclared', value: '' });
  });
  it('is violated by anything else that was asked for, let through or not', () => {
    const story = asked()
      .tunnel(EDR)
      .tunnel('stats.vendor.test:443', { status: 403, decision: 'TCP_DENIED' });
    story.tunnel('http://updates.vendor.test/list', { method: 'GET' });
    const finding = runCheck('only-declared', story.view(0), args);
    expect(finding.state).to.equal('violated');
    expect(finding.measures[1]?.value).to.equal('stats.vendor.test:443, updates.vendor.test:80');
    expect(finding.findings?.map((remark) => remark.kind)).to.deep.equal(['undeclared-destination']);
  });
  it('does not pass when nothing was asked for', () => {
    expect(runCheck('only-declared', asked().tunnel(EDR, { ours: true }).view(0), args).state).to.equal(
      'violated',
    );
  });
});

describe('a connection to the relay without a request', () => {
  it('has asked for no destination', () => {
    const none = 'error:transaction-end-before-headers';
    const story = asked().tunnel(EDR).tunnel(none, { method: 'NONE', status: 0, hostHeader: null });
    expect(runCheck('only-declared', story.view(0), { declared: [EDR] }).state).to.equal('satisfied');
    const nothing = asked().tunnel(none, { method: 'NONE', status: 0, hostHeader: null });
    expect(runCheck('only-declared', nothing.view(0), { declared: [EDR] }).state).to.equal('violated');
  });
});

describe('no-system-proxy', () => {
  const tried = (settings: string[], curl: object) =>
    asked()
      .state('proxy-settings', settings)
      .state('curl', { exit: 6, nonce: 'abc123', ...curl }, 'exec');

  it('is satisfied when there is no setting and curl did not get out', () => {
    expect(runCheck('no-system-proxy', tried([], {}).view(0), {}).state).to.equal('satisfied');
  });
  it('is violated by a setting, a success, or traces of the nonce outside', () => {
    expect(
      runCheck('no-system-proxy', tried(['/etc/environment: https_proxy=x'], {}).view(0), {}).state,
    ).to.equal('violated');
    expect(runCheck('no-system-proxy', tried([], { exit: 0 }).view(0), {}).state).to.equal('violated');
    const through = tried([], {}).tunnel('http://edr.cloud.test/abc123', { method: 'GET' });
    expect(runCheck('no-system-proxy', through.view(0), {}).state).to.equal('violated');
    const denied = tried([], {}).tunnel('http://edr.cloud.test/abc123', { method: 'GET', status: 403 });
    expect(runCheck('no-system-proxy', denied.view(0), {}).state).to.equal('satisfied');
  });
  it('does not charge the product with what was set before it came', () => {
    const base = '/etc/wgetrc: https_proxy = x';
    const after = (settings: string[], endpoint = 'pc') => {
      const before = { kind: 'endpoint.state', endpoint, by: 'archive', what: 'proxy-settings' } as const;
      const story = Story.closed()
        .see({ ...before, value: [base] })
        .working();
      story.state('proxy-settings', settings).state('curl', { exit: 6, nonce: 'abc123' }, 'exec');
      return runCheck('no-system-proxy', story.view(0), {});
    };
    expect(after([base]).state).to.equal('satisfied');
    expect(after([base], 'pc-2').state).to.equal('violated');
    expect(after([base, base]).state).to.equal('violated');
    const added = after([base, '/etc/environment: https_proxy=x']);
    expect(added.state).to.equal('violated');
    expect(added.reason.en).to.contain('/etc/environment').and.not.contain('wgetrc');
  });
  it('is incomplete when only the time before the product was read', () => {
    const story = Story.closed().state('proxy-settings', []).working();
    story.state('curl', { exit: 6, nonce: 'abc123' }, 'exec');
    expect(runCheck('no-system-proxy', story.view(0), {})).to.include({ state: 'incomplete' });
  });
  it('is incomplete when nobody read or tried', () => {
    expect(runCheck('no-system-proxy', asked().view(0), {})).to.include({
      state: 'incomplete',
      blame: 'harness',
    });
    expect(runCheck('no-system-proxy', tried([], { exit: 127 }).view(0), {}).state).to.equal('incomplete');
    expect(runCheck('no-system-proxy', asked().state('proxy-settings', 'none').view(0), {}).state).to.equal(
      'incomplete',
    );
  });
});
