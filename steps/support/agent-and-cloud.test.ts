/** Both sides of the protocol together, as in a lab, but in one process: what each says is what the other understands. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { storedVerifier, tokenMatches } from '../../mocks/agent/protection.ts';
import { forbidShell } from '../../mocks/agent/shell.ts';
import type { Release } from '../../mocks/cloud/protocol/types.ts';
import { finding } from '../../mocks/cloud/testing.ts';
import { agentAtCloud, type AgentAtCloud } from './testing-agent.ts';

const installed = ({ places }: AgentAtCloud): string =>
  createHash('sha256').update(readFileSync(places.release)).digest('hex');
const rangesOf = (lab: AgentAtCloud): string[] => lab.of('cloud.request').flatMap(({ range }) => range ?? []);

async function offerAndCut(lab: AgentAtCloud): Promise<Release> {
  await lab.until('a heartbeat', () => lab.of('cloud.heartbeat').length > 0);
  lab.cloud.obey({ what: 'fault', fault: { kind: 'slow', ms: 100, operations: ['readRelease'] } });
  const release = lab.cloud.obey({ what: 'offer-release', version: '9.0.0' }) as Release;
  await lab.until('a good part', () => rangesOf(lab).length >= 4);
  lab.loseRelay();
  return release;
}

describe('the agent and the cloud: a new version', () => {
  it('is fetched on after a cut, and told when it is whole', async () => {
    await using lab = await agentAtCloud();
    const old = installed(lab);
    const release = await offerAndCut(lab);
    const before = rangesOf(lab).length;
    expect(installed(lab)).to.equal(old);
    lab.cloud.obey({ what: 'heal' });
    await lab.replaceRelay();
    await lab.until('the new version', () => lab.of('cloud.heartbeat').at(-1)?.version === '9.0.0');
    expect(installed(lab)).to.equal(release.sha256);
    // At most the part that was cut was asked for again.
    expect(rangesOf(lab).length).to.be.at.most(release.size / 65_536 + 1);
    expect(rangesOf(lab).length).to.be.greaterThan(before);
    expect(lab.of('lab.failed')).to.deep.equal([]);
    expect(lab.of('cloud.request').flatMap(({ problems }) => problems)).to.deep.equal([]);
  });
  it('is put in place by half by one of the broken ones', async () => {
    await using lab = await agentAtCloud('installs-half-update');
    const old = installed(lab);
    const release = await offerAndCut(lab);
    await lab.until('half of it', () => ![old, release.sha256].includes(installed(lab)));
  });
});

describe('the agent and the cloud: a remote shell', () => {
  const work = {
    what: 'command',
    name: 'shell',
    arguments: { script: 'echo 0123', analyst: 'ann' },
  } as const;
  const answered = async (lab: AgentAtCloud) => {
    await lab.until('a heartbeat', () => lab.of('cloud.heartbeat').length > 0);
    lab.cloud.obey(work);
    await lab.until('the answer', () => lab.of('cloud.command-result').length > 0);
    return lab.of('cloud.command-result')[0];
  };

  it('is on record with who, what and what it printed, also by the word of the endpoint', async () => {
    await using lab = await agentAtCloud();
    expect(await answered(lab)).to.include({ outcome: 'done', detail: '0123\n' });
    expect(lab.of('cloud.command')[0]).to.include({ who: 'ann', script: 'echo 0123' });
    await lab.until('the log', () =>
      lab.of('cloud.telemetry').some(({ body }) => body.includes('shell for ann: echo 0123')),
    );
  });
  it('is refused with a reason where it is forbidden', async () => {
    await using lab = await agentAtCloud();
    forbidShell(lab.places, true);
    expect(await answered(lab)).to.deep.include({
      outcome: 'refused',
      detail: 'the owner of this endpoint has forbidden it',
    });
  });
});

describe('the agent and the cloud: content that is carried to the endpoint', () => {
  const brought = { revision: 1000, issued: 77, rules: ['T1204.002'], indicators: [] };
  const shown = (lab: AgentAtCloud) => lab.of('cloud.heartbeat').at(-1)?.content;

  it('is told with its date, and stays when the place of updates has older content', async () => {
    await using lab = await agentAtCloud();
    await lab.until('an update', () => shown(lab)?.revision === 1);
    expect(lab.content.bring(JSON.stringify(brought))).to.equal(undefined);
    await lab.until('its date', () => shown(lab)?.issued === 77);
    const asked = () => lab.of('cloud.request').filter(({ path }) => path === '/v1/content').length;
    const before = asked();
    await lab.until('another update', () => asked() > before);
    expect(lab.content.revision).to.equal(1000);
    expect(lab.of('cloud.request').flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(lab.of('lab.failed')).to.deep.equal([]);
  });
  it('is not told by the one that hides it', async () => {
    await using lab = await agentAtCloud('hides-content-age');
    await lab.until('heartbeats', () => lab.of('cloud.heartbeat').length > 1);
    expect(shown(lab)).to.equal(undefined);
  });
});

describe('the agent and the cloud: the token of a removal', () => {
  const shown = (lab: AgentAtCloud) => lab.cloud.obey({ what: 'removal-token' }) as string;
  const kept = (lab: AgentAtCloud) => storedVerifier(lab.places) ?? { salt: '', hash: '' };

  it('is checked by the endpoint alone, and another one after another enrolment', async () => {
    await using lab = await agentAtCloud();
    expect(storedVerifier(lab.places)).to.equal(null);
    await lab.until('a heartbeat', () => lab.of('cloud.heartbeat').length > 0);
    const first = shown(lab);
    expect([tokenMatches(first, kept(lab)), tokenMatches(`${first}x`, kept(lab))]).to.deep.equal([
      true,
      false,
    ]);
    lab.cloud.obey({ what: 'open-tenant', name: 'site-b', token: 'T2' });
    lab.joinTenant('T2');
    // Until then the old one counts: nobody gets a moment in which none is needed.
    expect(tokenMatches(first, kept(lab))).to.equal(true);
    await lab.until('the next one', () => shown(lab) !== first && tokenMatches(shown(lab), kept(lab)));
    expect(tokenMatches(first, kept(lab))).to.equal(false);
  });
});

describe('the agent and the cloud: another tenant', () => {
  const OTHER = 'T2';
  const newer = (lab: AgentAtCloud) => lab.of('cloud.enrolled').find(({ tenant }) => tenant === 'site-b');
  /** Two findings wait when it is told of the other relay and tenant; the policies have the same revision. */
  const moved = async (flaw: Parameters<typeof agentAtCloud>[0] = null) => {
    const lab = await agentAtCloud(flaw);
    await lab.until('the policy', () => lab.of('cloud.policy-read').length > 0);
    lab.cloud.obey({ what: 'open-tenant', name: 'site-b', token: OTHER });
    lab.loseRelay();
    for (const uid of ['finding-1', 'finding-2']) lab.find(finding(uid));
    await lab.replaceRelay();
    lab.joinTenant(OTHER);
    return lab;
  };
  const oldOnes = (lab: AgentAtCloud): string[] => {
    const at = newer(lab);
    const after = lab.events.slice(at ? lab.events.indexOf(at) + 1 : lab.events.length);
    return after.flatMap((event) =>
      'agent' in event && event.agent !== at?.agent && event.kind !== 'cloud.request' ? [event.kind] : [],
    );
  };

  it('has it as the same machine, with what waited, and the old one hears nothing more', async () => {
    await using lab = await moved();
    await lab.until('both findings', () => lab.of('cloud.detection').length >= 2);
    const there = newer(lab)?.agent;
    expect(lab.of('cloud.detection').map(({ agent, uid, copy }) => [agent, uid, copy])).to.deep.equal([
      [there, 'finding-1', 1],
      [there, 'finding-2', 1],
    ]);
    expect(new Set(lab.of('cloud.enrolled').map(({ machine }) => machine)).size).to.equal(1);
    await lab.until('its policy', () => lab.of('cloud.policy-read').some(({ agent }) => agent === there));
    const beats = () => lab.of('cloud.heartbeat').filter(({ agent }) => agent === there).length;
    await lab.until('heartbeats', () => beats() > 2);
    expect(oldOnes(lab)).to.deep.equal([]);
    expect(lab.of('lab.failed')).to.deep.equal([]);
    expect(lab.of('cloud.request').flatMap(({ problems }) => problems)).to.deep.equal([]);
  });
  it('never has the one that keeps to the old one', async () => {
    await using lab = await moved('keeps-old-tenant');
    await lab.until('both findings', () => lab.of('cloud.detection').length >= 2);
    expect(newer(lab)).to.equal(undefined);
  });
  it('does not get what another of the broken ones had kept', async () => {
    await using lab = await moved('empties-queue-for-tenant');
    await lab.until('an enrolment', () => newer(lab) !== undefined);
    lab.find(finding('finding-3'));
    await lab.until('a later finding', () => lab.of('cloud.detection').length > 0);
    expect(lab.of('cloud.detection').map(({ uid }) => uid)).to.deep.equal(['finding-3']);
  });
  it('is not alone in hearing of the third', async () => {
    await using lab = await moved('tells-old-tenant');
    await lab.until('a heartbeat to the old one', () => oldOnes(lab).includes('cloud.heartbeat'));
  });
});
