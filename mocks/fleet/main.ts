/**
 * Many simulated endpoints as one program: `main --seed N`. Orders are lines of JSON on stdin, numbered frames go to
 * stdout; it ends with its stdin. What it says of itself decides nothing: the relay's log and the cloud's record do.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Fleet, type FleetOrder } from './fleet.ts';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
let n = 0;
const say = (frame: object): void => {
  n += 1;
  process.stdout.write(`${JSON.stringify({ n, ...frame })}\n`);
};
const fleet = new Fleet(Number(values.seed));
say({ ready: true });
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const order = JSON.parse(line) as FleetOrder;
  say({ did: order.do, ...fleet.obey(order) });
}
process.exit(0);
