/** The accounts of detections: each once, announced when lost, at their time, in their order, and whole. */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import type { CheckName } from './index.ts';
import type { Finding } from './finding.ts';
import { sameTechnique } from './ocsf.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, nonceOf, Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;

/** A finding that is whole, about an act. */
function body(act: string, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ...{ activity_id: 1, category_uid: 2, class_uid: 2004, type_uid: 200401, severity_id: 4, time: 1000 },
    metadata: { version: '1.5.0', product: { name: 'P', vendor_name: 'V' } },
    finding_info: {
      ...{ uid: `uid-${act}`, title: nonceOf(act) },
      attacks: [{ version: '19', technique: { uid: 'T1204.002' } }],
    },
    evidences: [{ file: { name: 'tool', type_id: 1 } }],
    ...changes,
  });
}
/** Acts one after another, 200 ms each, 300 ms from one to the next. */
function acts(story: Story, ids: readonly string[]): Map<string, number> {
  const begun = new Map<string, number>();
  for (const id of ids) {
    begun.set(id, story.now);
    story.act(id).after(200).acted(id).after(100);
  }
  return begun;
}

describe('exactly-once', () => {
  const args = { acts: ['a1', 'a2'], control: 'a0', fault: 'lost-ack', within: 5000, watch: 2000 };
  /** The control, then a1 while the cloud fails; it comes back, and a2 is played. */
  function failing(hit = true, findings = 1): { story: Story; back: number } {
    const story = Story.closed().working().act('a0').acted('a0').after(100);
    for (let index = 0; index < findings; index++) story.report('a0', { uid: `a0-${index}` });
    story.after(100);
    story
      .see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'on' }, 'cloud')
      .act('a1')
      .acted('a1')
      .after(100);
    if (hit) story.see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'hit' }, 'cloud').report('a1');
    story.after(100).see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'off' }, 'cloud');
    return { story, back: story.n };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later: number): Finding =>
    runCheck('exactly-once', story.view(back, story.now + later), args);

  it('is satisfied by the same uid again, and only after its time', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100).report('a1', { copy: 2 }).report('a2');
    expect(ask(played, 0).state).to.equal('undecided');
    const finding = ask(played, 5000);
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'delivery.duplicated')).to.equal(1);
    expect(figure(finding, 'delivery.identities')).to.equal(2);
    expect(figure(finding, 'delivery.interrupted')).to.equal(1);
  });
  it('is violated by another uid, at once', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100).report('a1', { uid: 'uid-other' });
    const finding = ask(played, 0);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2 acts are at the cloud more than once').and.contain('a1');
  });
  it('allows as many findings of one act as the control made', () => {
    const two = failing(true, 2);
    two.story.act('a2').acted('a2').after(100).report('a1', { uid: 'a1-second' }).report('a2');
    expect(ask(two, 5000).state).to.equal('satisfied');
    two.story.report('a1', { uid: 'a1-third' });
    expect(ask(two, 5000).state).to.equal('violated');
  });
  it('waits for what is missing, then is violated', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100);
    expect(ask(played, 0).state).to.equal('undecided');
    const finding = ask(played, 6000);
    expect(finding.state).to.equal('violated');
    expect(figure(finding, 'delivery.lost')).to.equal(1);
    expect(finding.missed).to.not.equal(undefined);
  });
  it('says nothing where nothing was interrupted, or the control was silent', () => {
    const quiet = failing(false);
    quiet.story.act('a2').acted('a2').after(100).report('a1').report('a2');
    expect(ask(quiet, 9000).state).to.equal('incomplete');
    const { story } = failing();
    const silent = runCheck('exactly-once', story.view(0, story.now + 9000), { ...args, control: 'a1' });
    expect(silent.state).to.equal('incomplete');
    expect(runCheck('exactly-once', story.view(0), { ...args, control: 'a9' }).blame).to.equal('harness');
  });
});

/** The relay is away while acts happen, then comes back. */
function outage(ids: readonly string[]): { story: Story; begun: Map<string, number>; back: number } {
  const story = Story.closed().working().after(100);
  const begun = acts(story, ids);
  story.after(5000).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
  return { story, begun, back: story.n };
}

describe('time-of-act', () => {
  const args = { acts: ['a1', 'a2'], within: 5000, tolerance: 1000 };
  it('is satisfied by the time of the act, also to the second', () => {
    const { story, begun, back } = outage(args.acts);
    story.after(100);
    for (const id of args.acts)
      story.report(id, { startTime: Math.floor((begun.get(id) ?? 0) / 1000) * 1000 });
    const finding = runCheck('time-of-act', story.view(back), args);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
  });
  it('is violated by the time of sending', () => {
    const { story, begun, back } = outage(args.acts);
    story
      .after(100)
      .report('a1', { startTime: begun.get('a1') ?? 0 })
      .report('a2');
    const finding = runCheck('time-of-act', story.view(back), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2 reports').and.contain('a2');
  });
  it('waits for all of them', () => {
    const { story, begun, back } = outage(args.acts);
    story.after(100).report('a1', { startTime: begun.get('a1') ?? 0 });
    expect(runCheck('time-of-act', story.view(back), args).state).to.equal('undecided');
    expect(runCheck('time-of-act', story.view(back, story.now + 9000), args).state).to.equal('violated');
  });
  it('says nothing if reports came too soon for the two times to differ', () => {
    const story = Story.closed().working().after(100);
    const begun = acts(story, args.acts);
    for (const id of args.acts) story.report(id, { startTime: begun.get(id) ?? 0 });
    expect(runCheck('time-of-act', story.view(story.n - 3), args).state).to.equal('incomplete');
  });
  it('goes by the clock of the host of the lab', () => {
    const { story, begun, back } = outage(args.acts);
    const ahead = 60_000;
    story
      .after(100)
      .see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay' }, 'cloud', story.now + ahead - 3);
    for (const id of args.acts) story.report(id, { startTime: (begun.get(id) ?? 0) + ahead });
    expect(runCheck('time-of-act', story.view(back), args).state).to.equal('satisfied');
  });
});

describe('in-order', () => {
  const ids = ['a1', 'a2', 'a3'];
  const ask = (
    arrivals: readonly string[],
    order: string,
    rest: (id: string, begun: number) => Parameters<Story['report']>[1] = (_, begun) => ({
      startTime: begun,
    }),
  ): Finding => {
    const { story, begun, back } = outage(ids);
    story.after(100);
    for (const id of arrivals) story.report(id, rest(id, begun.get(id) ?? 0));
    return runCheck('in-order', story.view(back, story.now + 9000), { acts: ids, within: 5000, order });
  };
  it('is satisfied by the stated order', () => {
    expect(ask(['a1', 'a2', 'a3'], 'oldest-first').state).to.equal('satisfied');
    expect(ask(['a3', 'a2', 'a1'], 'newest-first').state).to.equal('satisfied');
    expect(ask(['a2', 'a3', 'a1'], 'none').state).to.equal('satisfied');
  });
  it('is violated by another one', () => {
    const finding = ask(['a3', 'a2', 'a1'], 'oldest-first');
    expect(finding.state).to.equal('violated');
    expect(figure(finding, 'delivery.reordered')).to.equal(2);
    expect(ask(['a1', 'a2', 'a3'], 'newest-first').state).to.equal('violated');
    expect(ask(['a1', 'a3', 'a2'], 'oldest-first').state).to.equal('violated');
  });
  it('is violated if times are alike, unless they are numbered', () => {
    const alike = ask(ids, 'oldest-first', () => ({ startTime: 5 }));
    expect(alike.state).to.equal('violated');
    expect(alike.reason.en).to.contain('cannot be told');
    const numbered = ask(ids, 'oldest-first', (id) => ({
      startTime: 5,
      body: body(id, { metadata: { version: '1.5.0', sequence: Number(id.slice(1)) } }),
    }));
    expect(numbered.state).to.equal('satisfied');
    expect(figure(numbered, 'order.rebuilt-by')).to.equal('sequence');
  });
  it('is violated if one is missing', () => {
    expect(ask(['a1', 'a2'], 'none').state).to.equal('violated');
  });
});

describe('overflow-announced', () => {
  const ids = ['a1', 'a2', 'a3', 'a4'];
  const args = { acts: ids, keeps: 2, overflow: 'drop-oldest', within: 5000 };
  function full(kept: readonly string[], dropped: number): { story: Story; back: number } {
    const story = Story.closed().working();
    story
      .see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', queued: 0, dropped: 7 }, 'cloud')
      .after(100);
    acts(story, ids);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const back = story.n;
    story.after(100);
    for (const id of kept) story.report(id);
    story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', queued: 0, dropped }, 'cloud');
    return { story, back };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later = 0): Finding =>
    runCheck('overflow-announced', story.view(back, story.now + later), args);

  it('is satisfied by the number of what is missing, counted from before', () => {
    const finding = ask(full(['a3', 'a4'], 9));
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'overflow.lost')).to.equal(2);
    expect(figure(finding, 'overflow.announced')).to.equal(2);
    expect(finding.findings).to.deep.equal([]);
  });
  it('waits for it, then is violated', () => {
    expect(ask(full(['a3', 'a4'], 8)).state).to.equal('undecided');
    const silent = ask(full(['a3', 'a4'], 7), 9000);
    expect(silent.state).to.equal('violated');
    expect(silent.reason.en).to.contain('2 of 4 acts were lost').and.contain('told the cloud of 0');
  });
  it('says nothing if nothing was lost', () => {
    expect(ask(full(ids, 9), 9000).state).to.equal('incomplete');
  });
  it('remarks that others are missing than the statement says', () => {
    expect(ask(full(['a1', 'a2'], 9)).findings?.map(({ kind }) => kind)).to.deep.equal([
      'overflow-not-as-declared',
    ]);
  });
});

describe('detections-outlive', () => {
  const args = { acts: ['a1'], events: 'e1', count: 3, sentinel: 'e2', within: 5000 };
  function flooded(
    reported: boolean,
    logged: readonly number[],
    sentinel = true,
  ): { story: Story; back: number } {
    const story = Story.closed().working();
    acts(story, ['a1', 'e1']);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const back = story.n;
    story.act('e2').after(100);
    if (reported) story.report('a1');
    for (const number of logged) story.telemetry('e1', { body: `true ${nonceOf('e1')}-000${number}` });
    if (sentinel) story.telemetry('e2', { body: `true ${nonceOf('e2')}-0001` });
    return { story, back };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later = 0): Finding =>
    runCheck('detections-outlive', story.view(back, story.now + later), args);

  it('is satisfied if events are missing and attacks are not', () => {
    const finding = ask(flooded(true, [2, 3]));
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'events.lost')).to.equal(1);
  });
  it('is violated by an attack that is missing, when its time is over', () => {
    expect(ask(flooded(false, [2, 3])).state).to.equal('undecided');
    expect(ask(flooded(false, [2, 3]), 9000).state).to.equal('violated');
  });
  it('says nothing if no event is missing, or the log has not come yet', () => {
    expect(ask(flooded(true, [1, 2, 3])).state).to.equal('incomplete');
    expect(ask(flooded(true, [], false)).state).to.equal('undecided');
    expect(ask(flooded(true, [], false), 9000).state).to.equal('incomplete');
  });
  it('needs acts that were played', () => {
    const { story } = flooded(true, []);
    for (const changes of [{ events: 'e9' }, { sentinel: 'e9' }])
      expect(runCheck('detections-outlive', story.view(0), { ...args, ...changes }).state).to.equal(
        'incomplete',
      );
  });
});

describe('whole-findings', () => {
  const ask = (text: string, check: CheckName = 'whole-findings'): Finding => {
    const story = Story.closed().working().act('a1').acted('a1').after(100).report('a1', { body: text });
    return runCheck(check, story.view(0), { acts: ['a1'], within: 2000 });
  };
  it('is satisfied by all that the schema requires', () => {
    const finding = ask(body('a1'));
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(figure(finding, 'ocsf.techniques')).to.equal('T1204.002');
  });
  const INFO = { uid: 'uid-a1', title: nonceOf('a1') };
  const lacks: [string, Readonly<Record<string, unknown>>, string][] = [
    ['a severity', { severity_id: undefined }, 'severity_id'],
    ['a class', { class_uid: undefined }, 'class_uid'],
    ['the right type', { type_uid: 200402 }, 'type_uid'],
    ['a vendor', { metadata: { version: '1.5.0', product: { name: 'P' } } }, 'metadata.product.vendor_name'],
    ['a type of its file', { evidences: [{ file: { name: 'tool' } }] }, 'evidences.0.file.type_id'],
    ['a technique', { finding_info: INFO }, 'finding_info.attacks'],
    [
      'a technique that is one',
      { finding_info: { ...INFO, attacks: [{ technique: { uid: 'X1' } }] } },
      'finding_info.attacks',
    ],
  ];
  for (const [what, changes, named] of lacks)
    it(`is violated by one that lacks ${what}`, () => {
      const finding = ask(body('a1', changes));
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en).to.contain(named);
    });
  it('is violated by what is no JSON', () => {
    expect(ask(`no JSON, ${nonceOf('a1')}`).state).to.equal('violated');
  });
  it('remarks that another technique is named', () => {
    const attacks = (uid: string) => ({ finding_info: { ...INFO, attacks: [{ sub_technique: { uid } }] } });
    const other = ask(body('a1', attacks('T1059.004')));
    expect(other.state).to.equal('satisfied');
    expect(other.findings?.map(({ kind }) => kind)).to.deep.equal(['other-technique-named']);
    expect(ask(body('a1', attacks('T1204'))).findings).to.deep.equal([]);
  });
  it('waits for the report', () => {
    const story = Story.closed().working().act('a1').acted('a1').after(100);
    expect(runCheck('whole-findings', story.view(0), { acts: ['a1'], within: 2000 }).state).to.equal(
      'undecided',
    );
  });
  it('knows the numbers that ATT&CK has given anew', () => {
    expect(sameTechnique('T1562.001', 'T1685')).to.equal(true);
    expect(sameTechnique('T1685', 'T1562.001')).to.equal(true);
    expect(sameTechnique('T1098', 'T1098.007')).to.equal(true);
    expect(sameTechnique('T1098.001', 'T1098.007')).to.equal(false);
  });
});

describe('the account', () => {
  it('counts what was overtaken in any order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a1', 'a2', 'a3', 'a4'], { minLength: 4 }), (arrivals) => {
        const { story, begun, back } = outage(['a1', 'a2', 'a3', 'a4']);
        story.after(100);
        for (const id of arrivals) story.report(id, { startTime: begun.get(id) ?? 0 });
        const args = { acts: ['a1', 'a2', 'a3', 'a4'], within: 5000, order: 'oldest-first' };
        const { state } = runCheck('in-order', story.view(back), args);
        expect(state).to.equal(arrivals.join() === 'a1,a2,a3,a4' ? 'satisfied' : 'violated');
      }),
    );
  });
});
