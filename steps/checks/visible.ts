/** `wrong-relay-visible`: an installation that leads nowhere is refused, or the product's status says so. */
import { z } from 'zod';
import { check, incomplete, satisfied, violated } from './finding.ts';
import { words } from './measures.ts';
import { isRefusal, statusIn } from './status.ts';
import { later } from './window.ts';

/** `given`: what the installer was told, in words for the measure. */
export const wrongRelayVisible = check(z.object({ given: z.string() }), (view, { given }) => {
  const shown = (how: string) => ({ measures: [words('install.wrong-relay', `${given}: ${how}`)] });
  const install = later(view, 'hook.finished').find((event) => event.hook === 'install');
  if (!install)
    return incomplete('harness', {
      en: 'The product was not installed.',
      ja: '製品が導入されていません。',
    });
  const [enrolled] = later(view, 'cloud.enrolled');
  if (enrolled)
    return incomplete(
      'lab',
      {
        en: 'It enrolled although the relay was wrong or missing, so there is nothing that should be visible.',
        ja: 'プロキシの指定が誤りか未指定なのに登録されたため、表示の有無を判断できません。',
      },
      { evidence: [enrolled.n] },
    );
  const said = install.output.trim();
  if (isRefusal(install) && said !== '')
    return satisfied(
      {
        en: `The installer refused and said why: ${firstLine(said)}`,
        ja: `インストーラーが理由を示して拒否しました（${firstLine(said)}）。`,
      },
      { ...shown('refused'), evidence: [install.n] },
    );
  if (install.outcome !== 'ok')
    return violated(
      {
        en: `The install hook ended with "${install.outcome}" (status ${install.exit ?? 'none'}) and did not say why.`,
        ja: `install フックが理由を示さずに終わりました（「${install.outcome}」、終了コード：${install.exit ?? 'なし'}）。`,
      },
      { ...shown('unexplained'), evidence: [install.n] },
    );
  const asked = later(view, 'hook.finished').findLast((event) => event.hook === 'status');
  if (!asked)
    return incomplete('harness', {
      en: 'The installation succeeded, and nobody asked the product for its status.',
      ja: '導入は正常に終わりましたが、製品の状態が確認されていません。',
    });
  const evidence = [install.n, asked.n];
  const status = statusIn(asked.output);
  const reason = status?.reason?.trim() ?? '';
  if (status && !status.connected && reason !== '')
    return satisfied(
      {
        en: `The installation succeeded, and the status says that there is no connection (${reason}).`,
        ja: `導入は正常に終わり、状態表示が不通を示しました（${reason}）。`,
      },
      { ...shown('status'), evidence },
    );
  return violated(
    status?.connected === true
      ? {
          en: 'The installation succeeded, and the status says that it is connected, which it is not.',
          ja: '導入は正常に終わり、実際には不通なのに、状態表示は接続中を示しました。',
        }
      : {
          en: `The installation succeeded, and nothing tells that there is no connection (status: ${asked.outcome}, no reason given).`,
          ja: `導入は正常に終わり、不通を示すものがありません（状態表示：${asked.outcome}、理由の表示なし）。`,
        },
    { ...shown('silent'), evidence },
  );
});

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);
