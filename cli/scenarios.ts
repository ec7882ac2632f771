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
  /** the example row of an outline, e.g. `refused` */
  readonly variant?: string;
  readonly uri: string;
  readonly line: number;
  readonly tags: readonly string[];
}

/** What the After hook attached, and the Cucumber messages of this one scenario. */
export interface Played {
  readonly judgement: unknown;
  readonly messages: readonly Envelope[];
}

const FEATURES = 'features/**/*.feature';

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
    const nodes = new Map<string, GherkinNode>();
    const pickles: Pickle[] = [];
    await this.#run([FEATURES], { dryRun: true, worldParameters: {} }, (envelope) => {
      if (envelope.gherkinDocument) collectNodes(envelope.gherkinDocument, nodes);
      if (envelope.pickle) pickles.push(envelope.pickle);
    });
    for (const pickle of pickles) {
      const tags = pickle.tags.map((tag) => tag.name);
      const node = nodes.get(pickle.astNodeIds.at(-1) ?? '');
      if (!node?.location) throw new Error(`cucumber names no line for "${pickle.name}"`);
      found.push({
        requirement: requirementOf(tags),
        name: pickle.name,
        slug: scenarioSlug(pickle),
        uri: pickle.uri,
        line: node.location.line,
        ...(node.cells ? { variant: node.cells.map((cell) => cell.value).join(', ') } : {}),
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
  /** of an example row */
  readonly cells?: readonly { readonly value: string }[];
}
/** Every node of a Gherkin document by its id: a pickle names the nodes that it was made from. */
function collectNodes(value: unknown, nodes: Map<string, GherkinNode>): void {
  if (Array.isArray(value)) {
    for (const child of value) collectNodes(child, nodes);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as GherkinNode;
  if (node.id) nodes.set(node.id, node);
  for (const child of Object.values(value)) collectNodes(child, nodes);
}
