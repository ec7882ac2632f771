import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent, Observation } from '../../history/events.ts';
import type { RelayAccess } from '../../topologies/lab-types.ts';
import { editAsRoot, led, tryAsUser } from './tamper.ts';

const access = (name: string, address: string): RelayAccess => ({
  kind: 'connect',
  name,
  address,
  port: 3128,
  url: `http://${name}:3128`,
});
const OWN = access('relay.closed.test', '10.91.0.11:3128');
const OTHER = access('second.closed.test', '10.91.0.13:3128');

/** An endpoint with those files, 1000 more that came with the product, and what was written there when. */
function acme(stored: Readonly<Record<string, string | Buffer>>) {
  const files = new Map(Object.entries(stored).map(([path, content]) => [path, Buffer.from(content)]));
  const events: HistoryEvent[] = [];
  /** file → number of events that were recorded before */
  const written = new Map<string, number>();
  const many = Array.from({ length: 1000 }, (_, index) => `/opt/acme/lib/${index}.so`);
  let fetched = 0;
  const exec = (argv: readonly string[], { input = '' }: { input?: string } = {}) => {
    let stdout = '';
    if (argv[0] === '/bin/grep')
      stdout = argv
        .slice(argv.indexOf('--') + 1)
        .filter((path) =>
          input
            .trim()
            .split('\n')
            .some((word) => files.get(path)?.includes(word)),
        )
        .map((path) => `${path}\0`)
        .join('');
    else if (argv[2]?.includes('cat >"$1"')) {
      files.set(argv[4] ?? '', Buffer.from(input));
      written.set(argv[4] ?? '', events.length);
    }
    return Promise.resolve({ exit: 0, stdout, stderr: '', timedOut: false, ms: 1 });
  };
  const endpoint = {
    name: 'pc',
    exec,
    changes: () => Promise.resolve([...files.keys(), ...many]),
    get: (path: string) => {
      fetched++;
      return Promise.resolve(files.get(path));
    },
  };
  const history = {
    events,
    record: (source: string, observation: Observation) => {
      const event: HistoryEvent = { n: events.length + 1, t: 0, source, ...observation };
      events.push(event);
      return event;
    },
  };
  const session = {
    endpoint,
    history,
    relay: (name?: string) => ({ access: () => (name === undefined ? OWN : OTHER) }),
    hook: (hook: string) => {
      written.set(hook, events.length);
      return Promise.resolve({ kind: 'hook.finished', hook, outcome: 'failed' });
    },
  } as unknown as Parameters<typeof tryAsUser>[0];
  const states = () =>
    events.map((event) => (event.kind === 'endpoint.state' ? [event.what, event.value] : []));
  return {
    session,
    written,
    states,
    text: (path: string) => files.get(path)?.toString(),
    fetched: () => fetched,
  };
}

const CONFIG = '/etc/acme/config';
const BINARY = Buffer.from([0, 1, 255, ...Buffer.from(OWN.address)]);

describe('an edit by root', () => {
  it('is made wherever the relay stands, however many files have come with the product', async () => {
    const lab = acme({ [CONFIG]: `proxy=${OWN.address} # ${OWN.name}`, '/etc/acme/cache': BINARY });
    const begun = await editAsRoot(lab.session, 'second');
    expect(lab.text(CONFIG)).to.equal(`proxy=${OTHER.address} # ${OTHER.name}`);
    expect(lab.states()).to.deep.equal([
      ['root-begins', { files: 1002 }],
      ['root-edits', [CONFIG]],
    ]);
    expect(begun).to.include({ n: 1 });
    expect(lab.written.get(CONFIG)).to.equal(1);
    expect(lab.fetched()).to.equal(2);
  });
  it('is made where the port stands in a field of its own', async () => {
    const lab = acme({ [CONFIG]: 'host = 10.91.0.11\nport = 3128\n' });
    await editAsRoot(lab.session, 'second');
    expect(lab.text(CONFIG)).to.equal('host = 10.91.0.13\nport = 3128\n');
    expect(lab.states().at(-1)).to.deep.equal(['root-edits', [CONFIG]]);
  });
  it('is not made where another address only begins like that of the relay', async () => {
    const lab = acme({ [CONFIG]: 'log = 10.91.0.110:514\n' });
    expect(await editAsRoot(lab.session, 'second')).to.include({ verdict: 'not-observable' });
    expect([...lab.written]).to.deep.equal([]);
  });
  it('cannot be seen where nothing that can be read holds the relay', async () => {
    const lab = acme({ [CONFIG]: BINARY });
    const answer = await editAsRoot(lab.session, 'second');
    expect(answer).to.include({ verdict: 'not-observable' });
    expect(lab.states()).to.deep.equal([]);
  });
});

describe('the attempts of a user', () => {
  it('all come after the event that is their anchor', async () => {
    const lab = acme({ [CONFIG]: `proxy=${OWN.address}` });
    const begun = await tryAsUser(lab.session, 'second');
    expect(begun).to.include({ n: 1, what: 'user-begins' });
    expect([...lab.written]).to.deep.equal([CONFIG, 'set-relay', 'start'].map((what) => [what, 1]));
    expect(lab.states().map(([what]) => what)).to.deep.equal(['user-begins', 'user-attempts']);
  });
});

describe('a text that is led astray', () => {
  it('holds the other relay by address and by name', () => {
    expect(led(`${OWN.url} ${OWN.address}`, OWN, OTHER)).to.equal(`${OTHER.url} ${OTHER.address}`);
  });
  it('holds it also where host and port stand apart', () => {
    const apart = (host: string): string => `{"host":"${host}","port":3128}\nproxy ${host}. Port 3128.`;
    expect(led(apart('10.91.0.11'), OWN, OTHER)).to.equal(apart('10.91.0.13'));
  });
  it('keeps a name of which that of the relay is a part', () => {
    const others = `my${OWN.name} a.${OWN.name} my-${OWN.name} ${OWN.name}.example`;
    const own = `"${OWN.name}" ${OWN.name}:3128 ${OWN.name}.`;
    expect(led(`${others} ${own}`, OWN, OTHER)).to.equal(`${others} ${own.replaceAll(OWN.name, OTHER.name)}`);
  });
  it('keeps an address of which that of the relay is a part', () => {
    const others = '10.91.0.110 10.91.0.110:3128 110.91.0.11:3128 10.91.0.11.5 1.10.91.0.11';
    expect(led(`${others} ${OWN.address}`, OWN, OTHER)).to.equal(`${others} ${OTHER.address}`);
  });
});
