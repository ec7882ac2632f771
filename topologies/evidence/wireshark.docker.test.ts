/** The recorded packets are for people with Wireshark: its own reader must take them as they are. */
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { openEngine } from '../engine/docker.ts';
import type { Engine, ImageRecipe, StartedContainer } from '../engine/engine.ts';
import { baseImage } from '../engine/images/index.ts';
import { createLabFactory } from '../factory.ts';
import { ENDPOINT, MemoryHistory, fetchCloud, labSpec } from '../lab-fixture.ts';
import type { LabFactory } from '../lab-types.ts';

const TSHARK: ImageRecipe = {
  name: 'tshark',
  parent: baseImage,
  dockerfile: [
    'RUN apt-get update -qq',
    'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tshark',
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb',
  ].join(' && '),
};
const FILE = '/tmp/pc.pcap';

describe('recorded packets in Wireshark', () => {
  let engine: Engine;
  let labs: LabFactory;
  let reader: StartedContainer;
  const history = new MemoryHistory();

  before(async () => {
    engine = await openEngine();
    labs = await createLabFactory(engine);
    await engine.image(ENDPOINT);
    reader = await engine.container({
      name: 'wireshark',
      image: await engine.image(TSHARK),
      argv: ['sleep', 'infinity'],
      attach: { kind: 'none' },
    });
    const spec = labSpec('closed-office', history);
    await using lab = await labs.start(spec);
    await lab.proveClosed();
    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    await lab.finishEvidence();
    await reader.put([{ path: FILE, content: readFileSync(`${spec.evidence}/pc.pcap`), mode: 0o644 }]);
  });
  after(async () => {
    await labs[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  /** Lines of its output; anything that it complains of is on stderr. */
  async function tshark(...argv: readonly string[]): Promise<string[]> {
    const env = { HOME: '/tmp', LC_ALL: 'C' };
    const result = await reader.run(['tshark', '-n', '-r', FILE, ...argv], { user: 'nobody', env });
    expect({ exit: result.exit, stderr: result.stderr.trim() }).to.deep.equal({ exit: 0, stderr: '' });
    return result.stdout.split('\n').filter((line) => line !== '');
  }

  it('are read without a complaint, as many as the capture says', async () => {
    const frames = await tshark('-T', 'fields', '-e', 'frame.number');
    const summary = history.of('capture.summary')[0]!;
    expect(frames.length).to.equal(summary.received).and.to.be.greaterThan(20);
    expect(await tshark('-Y', '_ws.malformed')).to.deep.equal([]);
  });

  it('show the tunnel that the endpoint asked its relay for', async () => {
    const fields = ['http.request.method', 'http.request.uri', 'ip.dst', 'tcp.dstport'];
    const [connect] = await tshark(
      '-Y', 'http.request.method == "CONNECT"', '-T', 'fields', ...fields.flatMap((name) => ['-e', name]),
    ); // prettier-ignore
    const relay = history.of('lab.ready')[0]!.nodes.find(({ name }) => name === 'relay')!.addresses.closed!;
    expect(connect?.split('\t')).to.deep.equal(['CONNECT', 'edr.cloud.test:443', relay, '3128']);
  });
});
