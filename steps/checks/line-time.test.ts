import { expect } from 'chai';
import { describe, it } from 'node:test';
import { timeOfLine } from './line-time.ts';

const NOON = Date.UTC(2026, 10, 29, 12, 34, 56);
const at = (line: Record<string, unknown>, arrived = NOON + 3000): number | undefined =>
  timeOfLine(line, arrived).time;

describe('the time of a line', () => {
  for (const field of ['time', 'date', 'DATE', 'ISODATE', 'timestamp', '@timestamp'])
    it(`is read from ${field}`, () => {
      expect(at({ [field]: NOON })).to.equal(NOON);
      expect(at({ [field]: '2026-11-29T12:34:56Z' })).to.equal(NOON);
    });

  it('is a number of milliseconds or seconds, also as text', () => {
    for (const value of [NOON, NOON / 1000, String(NOON), String(NOON / 1000), `${NOON / 1000}.000`])
      expect(at({ time: value }), String(value)).to.equal(NOON);
    expect(at({ date: NOON / 1000 + 0.25 })).to.equal(NOON + 250);
  });

  for (const text of [
    '2026-11-29T12:34:56+00:00',
    '2026-11-29T21:34:56+0900',
    '2026-11-29T21:34:56+09',
    '2026-11-29 21:34:56 +09:00',
    '2026-11-29T12:34:56',
    '2026-11-29 12:34:56',
    '2026-11-29 12:34:56,000',
    '2026-11-29T12:34:56.000000000Z',
    'Sun, 29 Nov 2026 12:34:56 GMT',
    'Sun, 29 Nov 2026 21:34:56 +0900',
    'Sun Nov 29 12:34:56 2026',
    'Nov 29 12:34:56',
  ])
    it(`is UTC where nothing else is said, whatever the zone of this host: ${text}`, () => {
      const { TZ } = process.env;
      try {
        for (const zone of ['Asia/Tokyo', 'America/New_York']) {
          process.env['TZ'] = zone;
          expect(at({ DATE: text }), zone).to.equal(NOON);
        }
      } finally {
        if (TZ === undefined) delete process.env['TZ'];
        else process.env['TZ'] = TZ;
      }
    });

  it('has the year that is nearest to its arrival, also at New Year', () => {
    const eve = Date.UTC(2026, 11, 31, 23, 59, 58);
    expect(at({ DATE: 'Dec 31 23:59:58' }, eve + 5000)).to.equal(eve);
    const morning = Date.UTC(2027, 0, 1, 0, 0, 2);
    expect(at({ DATE: 'Jan  1 00:00:02' }, morning - 5000)).to.equal(morning);
  });

  it('is the first that can be read', () => {
    expect(at({ time: 'soon', date: '', timestamp: NOON, '@timestamp': 1 })).to.equal(NOON);
  });

  it('is not guessed', () => {
    for (const value of [
      'soon',
      'pc 12',
      'Nov 29',
      '12:34:56',
      'Foo 29 12:34:56',
      '2026-11-29',
      NOON * 1e6,
      {},
    ])
      expect(timeOfLine({ time: value }, NOON), JSON.stringify(value)).to.deep.equal({ unreadable: true });
    for (const line of [{}, { time: null }, { DATE: '' }, { when: NOON }])
      expect(timeOfLine(line, NOON), JSON.stringify(line)).to.deep.equal({});
  });
});
