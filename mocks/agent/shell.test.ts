import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { behaviourOf, type Flaw } from './flaws.ts';
import { placesBelow, type Places } from './places.ts';
import { forbidShell, RemoteShell } from './shell.ts';

/** Prints the ports on which this program's parent waits for connections. */
const LISTENERS = `for port in $(awk '$4 == "0A" { split($2, at, ":"); print at[2] }' /proc/net/tcp); do printf '%d\\n' "0x$port"; done`;

describe('the remote shell', () => {
  let root: string;
  let places: Places;
  let notes: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'shell-'));
    places = placesBelow(root);
    notes = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const make = (flaw: Flaw | null = null): RemoteShell =>
    new RemoteShell({ places, style: behaviourOf(flaw).shell, note: (text) => notes.push(text) });

  it('runs a script, gives back what it printed, and notes who it was', async () => {
    const result = await make().run({ script: 'echo here; echo there >&2', analyst: 'ann' });
    expect(result).to.deep.equal({ outcome: 'done', detail: 'here\nthere\n' });
    expect(notes).to.deep.equal(['shell for ann: echo here; echo there >&2']);
  });
  it('says what failed, and what it needs', async () => {
    expect(await make().run({ script: 'echo so far; exit 3', analyst: 'ann' })).to.deep.equal({
      outcome: 'failed',
      detail: 'so far\n',
    });
    expect(await make().run({ script: 'id' })).to.include({ outcome: 'refused' });
    expect(await make().run()).to.include({ outcome: 'refused' });
  });
  it('is refused where it is forbidden, until it is allowed again', async () => {
    forbidShell(places, true);
    const work = { script: `echo done >${join(root, 'effect')}`, analyst: 'ann' };
    expect(await make().run(work)).to.deep.equal({
      outcome: 'refused',
      detail: 'the owner of this endpoint has forbidden it',
    });
    expect(await make('shell-ignores-the-ban').run(work)).to.include({ outcome: 'done' });
    forbidShell(places, false);
    expect(await make().run(work)).to.include({ outcome: 'done' });
  });
  it('can be broken: it listens meanwhile, or hides what was done', async () => {
    const ports = async (flaw: Flaw | null): Promise<string[]> =>
      ((await make(flaw).run({ script: LISTENERS, analyst: 'ann' })).detail ?? '').trim().split('\n');
    const before = await ports(null);
    const [port] = (await ports('shell-listens')).filter((one) => !before.includes(one));
    expect(Number(port)).to.be.greaterThan(0);
    const gone = connect(Number(port), '127.0.0.1');
    expect(((await once(gone, 'error')) as [NodeJS.ErrnoException])[0].code).to.equal('ECONNREFUSED');
    notes = [];
    await make('hides-the-shell').run({ script: 'id', analyst: 'ann' });
    expect(notes).to.deep.equal([]);
  });
});
