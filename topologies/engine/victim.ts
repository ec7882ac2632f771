/** Only for tests: a run that has a network and a container, says so, and waits to be killed. */
import { openEngine } from './docker.ts';
import { baseImage } from './images/index.ts';

const engine = await openEngine();
const image = await engine.image(baseImage);
const network = await engine.network({ name: 'n', kind: 'open' });
await engine.container({
  name: 'c',
  image,
  argv: ['sleep', 'infinity'],
  attach: { kind: 'networks', networks: [{ network }] },
});
process.stdout.write(`${engine.run}\n`);
setInterval(() => undefined, 60_000);
