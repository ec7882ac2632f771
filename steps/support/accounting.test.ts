import { describe, it } from 'node:test';
import { expect } from 'chai';
import { Statement } from '../../products/schema.ts';
import { fullQueue, keepable } from './accounting.ts';
import type { Session } from './session.ts';

const statement = (queue: object | undefined): Statement =>
  Statement.parse({
    connectivity: 'relay-only',
    recovery: 'itself',
    uninstall: { protection: 'none' },
    channels: {},
    ...(queue ? { queue: { overflow: 'drop-oldest', order: 'none', ...queue } } : {}),
  });

describe('a queue that can be filled', () => {
  it('is the smallest that the installer takes', () => {
    const queue = { detections: 1000, events: 5000, smallest: { detections: 5, events: 30 } };
    expect(fullQueue(statement(queue), 'queue')).to.include({ detections: 5 });
    expect(fullQueue(statement(queue), 'log')).to.deep.equal({ detections: 5, programs: 50 });
  });
  it('is any that is small, also one that holds nothing, but none of which nothing is said', () => {
    expect(fullQueue(statement({ detections: 12 }), 'queue')).to.include({ detections: 12 });
    expect(fullQueue(statement({ detections: 0 }), 'queue')).to.include({ detections: 0 });
    expect(fullQueue(statement(undefined), 'queue')).to.have.property('verdict', 'not-observable');
  });
  it('is not one that no scenario can fill', () => {
    for (const what of ['queue', 'log'] as const) {
      const full = fullQueue(statement({ detections: 1000, events: 5000 }), what);
      expect(full).to.have.property('verdict', 'not-observable');
    }
  });
  it('leaves room for attacks where only the log has to be filled', () => {
    const queue = { detections: 1000, events: 5000, smallest: { detections: 100, events: 30 } };
    expect(fullQueue(statement(queue), 'log')).to.include({ detections: 20 });
  });
});

describe('attacks that a queue can keep', () => {
  const of = (queue: object | undefined) =>
    ({ product: { product: { statement: statement(queue) } } }) as Pick<Session, 'product'>;
  it('are as many as are drawn, unless it has declared to keep fewer findings; two at least', () => {
    expect(keepable(of(undefined), 8)).to.equal(8);
    expect(keepable(of({ detections: 10_000 }), 8)).to.equal(8);
    expect(keepable(of({ detections: 10 }), 8)).to.equal(3);
    expect(keepable(of({ detections: 1 }), 8)).to.equal(2);
  });
});
