/**
 * From acts to findings. A finding is made when it is known what became of the act: its disposition is what
 * really happened, not what was wanted.
 */
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Content } from './content.ts';
import type { Behaviour } from './flaws.ts';
import type { PolicyInForce } from './policy.ts';
import { judge, type Act } from './rules/acts.ts';
import { DISPOSITION, type Draft } from './rules/finding.ts';
import type { Outcome } from './sensor.ts';

export interface DetectorOptions {
  readonly policy: PolicyInForce;
  readonly content: Pick<Content, 'looksFor' | 'indicator'>;
  readonly behaviour: Behaviour;
  /** folder for files that were taken away */
  readonly quarantine: string;
  readonly userOf: (uid: number) => string;
  readonly report: (draft: Draft, disposition: 2 | 15) => void;
}

/** Files whose appearance has been reported, so that their being read is not a second finding. */
const REMEMBERED = 4096;
/** From the report until a file is taken away by one that does so later, ms: what runs it has long begun. */
const LATER_MS = 1000;

export class Detector {
  readonly #options: DetectorOptions;
  readonly #drafts = new Map<number, Draft>();
  readonly #reported = new Map<string, string>();

  constructor(options: DetectorOptions) {
    this.#options = options;
  }

  get #blocks(): boolean {
    return this.#options.policy.blocks || this.#options.behaviour.blocksAlways;
  }

  decide(act: Act): 'allow' | 'deny' {
    const { behaviour } = this.#options;
    if (act.kind === 'write') {
      this.#reported.delete(act.path);
      this.#appeared(act);
      return 'allow';
    }
    const draft = this.#judged(act);
    if (!draft) return 'allow';
    this.#drafts.set(act.id, draft);
    if (!act.asks) this.settled(act, 'allow');
    return this.#blocks && behaviour.refusesWhatItClaims ? 'deny' : 'allow';
  }

  settled(act: Act, outcome: Outcome): void {
    const draft = this.#drafts.get(act.id);
    this.#drafts.delete(act.id);
    if (!draft || this.#alreadyReported(act)) return;
    const blocked = outcome === 'deny' || (!this.#options.behaviour.refusesWhatItClaims && this.#blocks);
    this.#options.report(draft, blocked ? DISPOSITION.blocked : DISPOSITION.detected);
    if (!this.#blocks) this.#takeAwayLater(act);
  }

  /** A file was written: it cannot be undone, but when the policy blocks, the file is taken away. */
  #appeared(act: Act): void {
    const { behaviour, report } = this.#options;
    const draft = this.#judged(act);
    if (!draft) return;
    this.#remember(act);
    if (!this.#blocks) {
      report(draft, DISPOSITION.detected);
      this.#takeAwayLater(act);
      return;
    }
    const gone = behaviour.refusesWhatItClaims ? this.#takeAway(act) : true;
    report(draft, gone ? DISPOSITION.blocked : DISPOSITION.detected);
  }
  /** What policy or content name is always looked for, a behaviour if the content in force has its rule. */
  #judged(act: Act): Draft | null {
    const { policy, userOf, content } = this.#options;
    const known = {
      allows: (file: Act) => policy.allows(file),
      indicator: (sha256: string) => policy.indicator(sha256) ?? content.indicator(sha256),
    };
    const draft = judge(act, known, userOf);
    if (!draft) return null;
    return draft.analytic === 'sha256-indicator' || content.looksFor(draft.analytic) ? draft : null;
  }
  #takeAway(act: Act): boolean {
    try {
      mkdirSync(this.#options.quarantine, { recursive: true, mode: 0o700 });
      renameSync(act.path, join(this.#options.quarantine, `${act.time}-${act.id}`));
      return true;
    } catch {
      return false; // then every open of it is refused, and reported as such
    }
  }
  /**
   * Only the file that was reported: another one of its name may have come meanwhile. It is deleted and not moved,
   * so that a program that still runs from it is known by its path, and can be ended.
   */
  #takeAwayLater({ path }: Act): void {
    if (!this.#options.behaviour.takesAwayLater) return;
    const reported = fileAt(path);
    setTimeout(() => {
      if (reported !== undefined && fileAt(path) === reported) rmSync(path, { force: true });
    }, LATER_MS).unref();
  }
  #alreadyReported(act: Act): boolean {
    if (act.kind === 'exec') return false;
    const again = this.#reported.get(act.path) === act.sha256;
    this.#remember(act);
    return again;
  }
  #remember(act: Act): void {
    this.#reported.set(act.path, act.sha256);
    const [oldest] = this.#reported.keys();
    if (this.#reported.size > REMEMBERED && oldest !== undefined) this.#reported.delete(oldest);
  }
}

/** Which file it is, and as of which change; undefined where there is none. */
function fileAt(path: string): string | undefined {
  const file = statSync(path, { throwIfNoEntry: false });
  return file && `${file.ino} ${file.mtimeMs}`;
}
