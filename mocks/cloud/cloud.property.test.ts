/** Whatever an agent sends, the cloud answers, says so in the history, and never has to blame itself. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { finding, HEARTBEAT, testCloud, TOKEN } from './testing.ts';

const jsonBody = fc.oneof(
  fc.json(),
  fc.string(),
  fc.jsonValue().map((value) => JSON.stringify({ ...HEARTBEAT, queued: value })),
  fc.jsonValue().map((value) => JSON.stringify({ findings: [{ ...finding('finding-1'), time: value }] })),
  fc
    .jsonValue()
    .map((value) => JSON.stringify({ findings: [finding('finding-1', { evidences: value as never })] })),
  fc.record({ HOST: fc.string(), MESSAGE: fc.jsonValue() }).map((line) => JSON.stringify(line)),
);
const method = fc.constantFrom('GET', 'POST', 'PUT');
const tail = fc.constantFrom(
  '',
  '/heartbeat',
  '/policy',
  '/telemetry',
  '/detections',
  '/commands?wait=0',
  '/%00/result',
);

describe('cloud: any request', () => {
  it('gets one answer and one cloud.request', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const target = fc.oneof(
      tail.map((t) => `/v1/agents/${agentId}${t}`),
      fc.constantFrom('/v1/enrol', '/v1/lines', '/'),
    );
    await fc.assert(
      fc.asyncProperty(
        method,
        target,
        jsonBody,
        fc.constantFrom(key, TOKEN, 'other'),
        async (m, t, text, k) => {
          cloud.events.length = 0;
          const { status } = await cloud.call(m, t, { text: m === 'GET' ? '' : text, key: k });
          expect(status).to.be.within(200, 404);
          expect(cloud.of('cloud.request')).to.have.length(1);
          expect(cloud.of('lab.failed')).to.deep.equal([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
