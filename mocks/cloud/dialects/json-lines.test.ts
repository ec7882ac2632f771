import { expect } from 'chai';
import { describe, it } from 'node:test';
import { testCloud, TOKEN } from '../testing.ts';
import { parseLines } from './json-lines.ts';

describe('json-lines', () => {
  it('takes lines, and a new HOST is an agent', async () => {
    const cloud = await testCloud();
    const send = (...lines: object[]) =>
      cloud.call('POST', '/v1/lines', { text: lines.map((l) => JSON.stringify(l)).join('\n'), key: TOKEN });
    const one = { HOST: 'pc-1', MESSAGE: 'nonce-1', PRIORITY: 'info' };
    expect((await send(one, { HOST: 'pc-2', MESSAGE: 'b' }, one)).status).to.equal(200);
    expect((await send(one)).status).to.equal(200);
    expect(cloud.of('cloud.enrolled').map((e) => [e.agent, e.again])).to.deep.equal([
      ['pc-1', false],
      ['pc-2', false],
    ]);
    expect(cloud.of('cloud.telemetry').map((e) => [e.agent, e.count])).to.deep.equal([
      ['pc-1', 2],
      ['pc-2', 1],
      ['pc-1', 1],
    ]);
    expect(cloud.of('cloud.telemetry')[0]!.body).to.include('nonce-1');
    expect(cloud.of('cloud.request')[0]).to.include({ status: 200, agent: 'pc-1', path: '/v1/lines' });
  });

  it('refuses a wrong token with 401 and a broken line with 400 in words', async () => {
    const cloud = await testCloud();
    const line = '{"HOST":"a","MESSAGE":"b"}';
    expect((await cloud.call('POST', '/v1/lines', { text: line, key: 'x' })).status).to.equal(401);
    expect((await cloud.call('POST', '/v1/lines', { text: `${line}\n{`, key: TOKEN })).status).to.equal(400);
    expect(cloud.of('cloud.request').at(-1)!.problems[0]).to.match(/^body: line 2 is not JSON/);
    expect(cloud.of('cloud.telemetry')).to.have.length(0);
  });

  it('reads an array, and names what an entry lacks', () => {
    expect(parseLines('[{"HOST":"a","MESSAGE":"b"},{"HOST":"a","MESSAGE":"c"}]')).to.have.length(2);
    expect(() => parseLines('{"HOST":"a"}')).to.throw('entry 1 needs HOST and MESSAGE as text');
    expect(() => parseLines('[null]')).to.throw('entry 1 needs HOST and MESSAGE');
    expect(() => parseLines(' \n')).to.throw('is empty');
  });
});
