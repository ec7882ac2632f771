import { expect } from 'chai';
import { describe, it } from 'node:test';
import { empty, json } from './exchange.ts';
import { loadContract } from './protocol/contract.ts';
import { ENROLMENT, HEARTBEAT, request } from './testing.ts';
import { makeValidator } from './validator.ts';

const validator = makeValidator(await loadContract());
const enrol = validator.find('POST', '/v1/enrol')!;
const heartbeat = validator.find('POST', '/v1/agents/a/heartbeat')!;
const problems = (given: Parameters<typeof request>[2]): string[] =>
  validator.request(enrol, request('POST', '/v1/enrol', given)).problems;

describe('validator: routes', () => {
  it('finds an operation by method and path, with its parameters', () => {
    const result = validator.find('POST', '/v1/agents/a-1/commands/c-1/result')!;
    expect(result.operationId).to.equal('sendCommandResult');
    expect(result.parameters('/v1/agents/a-1/commands/c-1/result')).to.deep.equal({
      agentId: 'a-1',
      commandId: 'c-1',
    });
    expect([enrol.secured, heartbeat.secured]).to.deep.equal([false, true]);
    expect(validator.find('GET', '/v1/enrol')).to.equal(undefined);
    expect(validator.find('GET', '/v1/agents/a/b/policy')).to.equal(undefined);
  });
});

describe('validator: requests', () => {
  it('has nothing to say about a good one', () => {
    expect(problems({ body: ENROLMENT })).to.deep.equal([]);
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect(problems({ body: ENROLMENT, headers })).to.deep.equal([]);
  });

  it('says in words what is wrong', () => {
    expect(problems({ body: ENROLMENT, headers: { 'content-type': 'text/plain' } })).to.deep.equal([
      'body: content type is text/plain, expected application/json',
    ]);
    expect(problems({})).to.deep.equal(['body: content type is not given, expected application/json']);
    expect(problems({ text: '{"a"' })[0]).to.match(/^body: is not JSON \(/);
    expect(problems({ body: { ...ENROLMENT, machineId: 'short', extra: 1 } })).to.have.members([
      'body: must NOT have additional properties (extra)',
      'body/machineId: must NOT have fewer than 8 characters',
    ]);
  });

  it('wants no body where there is none', () => {
    const poll = validator.find('GET', '/v1/agents/a/commands')!;
    const given = request('GET', '/v1/agents/a/commands?wait=5', { body: {}, key: 'k' });
    expect(validator.request(poll, given).problems).to.deep.equal(['body: awaitCommands has none']);
  });
});

describe('validator: answers', () => {
  it('judges what the cloud itself says', () => {
    const good = json(200, { policyRevision: 1, serverTime: HEARTBEAT.sentAt });
    expect(validator.answer(heartbeat, good)).to.deep.equal([]);
    expect(validator.answer(heartbeat, json(200, { serverTime: 1 }))).to.deep.equal([
      "answer body: must have required property 'policyRevision'",
    ]);
    expect(validator.answer(heartbeat, json(418, {}))[0]).to.match(
      /^answer body: content type is application\/json/,
    );
  });

  it('misses a header that is promised, and a body where none is', () => {
    const policy = validator.find('GET', '/v1/agents/a/policy')!;
    expect(validator.answer(policy, json(200, {}))).to.deep.equal(['answer: header ETag is not there']);
    expect(validator.answer(policy, empty(304, { etag: '"r1"' }))).to.deep.equal([]);
    expect(validator.answer(policy, json(304, {}))).to.deep.equal(['answer: status 304 has no body']);
  });
});
