import { describe, it } from 'node:test';
import { expect } from 'chai';
import { parseListeners } from './listeners.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const REST = '00000000:00000000 00:00000000 00000000     0        0 29385 1 0000000000000000 100 0 0 10 0';

describe('listeners', () => {
  it('are those that wait, of both families, and not the connections', () => {
    const tables = [
      HEAD,
      `   0: 0B00007F:A2C3 00000000:0000 0A ${REST}`,
      `   1: 00000000:0016 00000000:0000 0A ${REST}`,
      `   2: 0C005B0A:9C40 0B005B0A:0C38 01 ${REST}`,
      HEAD,
      `   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A ${REST}`,
      `   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A ${REST}`,
    ].join('\n');
    expect(parseListeners(tables)).to.deep.equal([
      '0.0.0.0:22',
      '127.0.0.11:41667',
      '[0:0:0:0:0:0:0:1]:8080',
      '[::]:22',
    ]);
  });
  it('are none in an empty table', () => {
    expect(parseListeners(`${HEAD}\n`)).to.deep.equal([]);
  });
});
