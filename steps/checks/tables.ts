/** A product that may change the network's rules, and has changed those by which the harness counts. */
import type { HistoryEvent } from '../../history/events.ts';
import type { Remark } from './finding.ts';
import { ofKind } from './window.ts';

export const tableRemarks = (events: readonly HistoryEvent[]): Remark[] =>
  ofKind(events, 'endpoint.state')
    .filter(({ what }) => what === 'counter-table')
    .map(({ endpoint, value }) =>
      value === 'gone'
        ? {
            kind: 'counter-table-changed',
            en: `Rules of others on ${endpoint} were deleted, those among them by which the harness counts packets; only the capture is left.`,
            ja: `${endpoint} で、製品以外のパケットフィルター規則（試験用の計数規則を含む）が削除されました。残る証跡はパケット記録だけです。`,
          }
        : {
            kind: 'counter-table-changed',
            en: `Rules of others on ${endpoint} were changed, those among them by which the harness counts packets.`,
            ja: `${endpoint} で、製品以外のパケットフィルター規則（試験用の計数規則を含む）が変更されました。`,
          },
    );
