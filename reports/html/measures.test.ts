import { expect } from 'chai';
import { describe, it } from 'node:test';
import { headline, headlineText, listOf, measureName, numberText, valueText } from './measures.ts';

describe('measures as text', () => {
  it('numbers have three digits that mean something', () => {
    expect([0, 0.8421, 5.31, 48.249, 1234.5, 1e6].map(numberText)).to.deep.equal([
      '0',
      '0.842',
      '5.31',
      '48.2',
      '1,235',
      '1,000,000',
    ]);
  });
  it('units and known words are translated, others stay', () => {
    expect(valueText('enrol.seconds', 1.5, 's')).to.deep.equal({ en: '1.5 s', ja: '1.5秒' });
    expect(valueText('delivery.lost', 2, '1')).to.deep.equal({ en: '2', ja: '2' });
    expect(valueText('recovery.method', 'reinstall', '')).to.deep.equal({
      en: 'only by reinstalling',
      ja: '再インストールで復旧',
    });
    expect(valueText('recovery.method', 'magic', '').ja).to.equal('magic');
    expect(valueText('x', 3, 'kB').ja).to.equal('3 kB');
  });
  it('several words are translated one by one, also where each is of one kind', () => {
    expect(valueText('disposition.reported', 'blocked, detected', '').ja).to.equal('ブロック済み、検知のみ');
    const given = 'a machine that is none: status, no relay at all: silent';
    expect(valueText('install.wrong-relay', given, '')).to.deep.equal({
      en: 'a machine that is none: shown by its status, no relay at all: nothing is shown',
      ja: 'プロキシではない機器：状態表示に現れる、指定なし：何も表示されない',
    });
    expect(valueText('relay.address', 'URL: accepted, odd', '').ja).to.equal('URL: accepted, odd');
    expect(valueText('tls.reason', 'refused, by somebody: else', '').ja).to.equal(
      'refused, by somebody: else',
    );
  });
  it('each way of recovery has a name for what it took', () => {
    for (const method of ['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall'])
      for (const what of ['seconds', 'manual-steps']) {
        const { en, ja } = measureName(`recovery.${method}.${what}`);
        expect(en).to.match(/: (?:time|manual steps)$/);
        expect(ja).to.match(/：(?:試行の時間|手作業の数)$/);
      }
  });
  it('lists of names are counted in a narrow cell', () => {
    const m = { name: 'firewall.undeclared', value: 'a.test:443, b.test:80', unit: '' };
    expect(listOf(m)).to.deep.equal(['a.test:443', 'b.test:80']);
    expect(headlineText(m).en).to.equal('undeclared destinations: 2');
    expect(headlineText({ ...m, value: '' }).en).to.equal('undeclared destinations: 0');
  });
  it('the outcome speaks for the cell, not the circumstances', () => {
    const measures = ['delivery.injected', 'delivery.lost', 'delivery.p95'].map((name) => ({
      name,
      value: 1,
      unit: '1',
    }));
    const cell = {
      product: 'p',
      requirement: 'r',
      verdict: 'pass' as const,
      reason: { en: '', ja: '' },
      measures,
      scenarios: [],
    };
    expect(headline(cell)?.name).to.equal('delivery.lost');
    expect(headline({ ...cell, measures: [] })).to.equal(undefined);
  });
});
