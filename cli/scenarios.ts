/** The scenarios of features/, as cucumber itself reads them, and how one of them is played. */
import { PassThrough } from 'node:stream';
import {
  loadConfiguration,
  loadSupport,
  runCucumber,
  type IRunConfiguration,
  type ISupportCodeLibrary,
} from '@cucumber/cucumber/api';
import type { Envelope, Pickle } from '@cucumber/messages';
import { JUDGEMENT } from '../history/verdict.ts';
import { requirementOf, scenarioSlug } from '../steps/support/scenario.ts';

export interface Scenario {
  readonly requirement: string;
  readonly name: string;
  readonly slug: string;
  readonly uri: string;
  readonly line: number;
  readonly tags: readonly string[];
}

/** What the After hook attached, and the Cucumber messages of this one scenario. */
export interface Played {
  readonly judgement: unknown;
  readonly messages: readonly Envelope[];
}

export class Scenarios {
  #configuration: IRunConfiguration;
  #support: ISupportCodeLibrary;

  private constructor(configuration: IRunConfiguration, support: ISupportCodeLibrary) {
    this.#configuration = configuration;
    this.#support = support;
  }

  static async load(): Promise<Scenarios> {
    const { runConfiguration } = await loadConfiguration({ file: 'cucumber.cjs', provided: { format: [] } });
    return new Scenarios(runConfiguration, await loadSupport(runConfiguration));
  }

  /** All scenarios, one for each row of an outline, in the order of the files. */
  async list(): Promise<readonly Scenario[]> {
    const found: Scenario[] = [];
    const lines = new Map<string, number>();
    const pickles: Pickle[] = [];
    await this.#run(this.#configuration.sources.paths, { dryRun: true, worldParameters: {} }, (envelope) => {
      if (envelope.gherkinDocument) collectLines(envelope.gherkinDocument, lines);
      if (envelope.pickle) pickles.push(envelope.pickle);
    });
    for (const pickle of pickles) {
      const tags = pickle.tags.map((tag) => tag.name);
      const line = lines.get(pickle.astNodeIds.at(-1) ?? '');
      if (line === undefined) throw new Error(`cucumber names no line for "${pickle.name}"`);
      found.push({
        requirement: requirementOf(tags),
        name: pickle.name,
        slug: scenarioSlug(pickle),
        uri: pickle.uri,
        line,
        tags,
      });
    }
    return found;
  }

  /** Plays one scenario on one product in an open run. */
  async play(scenario: Scenario, run: string, product: string): Promise<Played> {
    const messages: Envelope[] = [];
    let judgement: unknown;
    await this.#run(
      [`${scenario.uri}:${scenario.line}`],
      { dryRun: false, worldParameters: { run, product } },
      (envelope) => {
        messages.push(envelope);
        if (envelope.attachment?.mediaType === JUDGEMENT) judgement = JSON.parse(envelope.attachment.body);
      },
    );
    return { judgement, messages };
  }

  async #run(
    paths: string[],
    runtime: { dryRun: boolean; worldParameters: Record<string, string> },
    onMessage: (envelope: Envelope) => void,
  ): Promise<void> {
    const { sources, runtime: base, formats } = this.#configuration;
    const silent = new PassThrough();
    silent.resume();
    await runCucumber(
      {
        sources: { ...sources, paths },
        support: this.#support,
        runtime: { ...base, ...runtime, parallel: 0 },
        formats: { ...formats, stdout: 'summary', files: {}, publish: false },
      },
      { stdout: silent, stderr: silent },
      onMessage,
    );
  }
}

interface GherkinNode {
  readonly id?: string;
  readonly location?: { readonly line: number };
}
/** Every node of a Gherkin document that has an id, with its line: pickles name their source by id. */
function collectLines(node: unknown, lines: Map<string, number>): void {
  if (Array.isArray(node)) {
    for (const child of node) collectLines(child, lines);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { id, location } = node as GherkinNode;
  if (id && location) lines.set(id, location.line);
  for (const child of Object.values(node)) collectLines(child, lines);
}
