/** All hooks: a session begins, ends, and is judged from its history. */
import {
  After,
  AfterAll,
  Before,
  BeforeStep,
  Status,
  setDefaultTimeout,
  setWorldConstructor,
  type ITestCaseHookParameter,
} from '@cucumber/cucumber';
import { applicability, usableStimuli } from './applicability.ts';
import { baselineFor, conclude } from './conclude.ts';
import type { RunContext } from './context.ts';
import { JUDGEMENT } from '../../history/verdict.ts';
import { openSession } from './open-session.ts';
import { closeOwnRun, ownRun, runOf } from './runs.ts';
import { requirementOf, scenarioSlug, seedOf } from './scenario.ts';
import { HeiikiWorld } from './world.ts';

/**
 * ms. A backstop only: every wait has a deadline of its own, and a Cucumber timeout does not stop a step. In the lane of
 * evaluation a step may wait for several declared times of half an hour each.
 */
setDefaultTimeout(24 * 60 * 60_000);
setWorldConstructor(HeiikiWorld);

Before(async function (this: HeiikiWorld, { pickle }: ITestCaseHookParameter) {
  const context: RunContext = this.parameters.run ? runOf(this.parameters.run) : await ownRun();
  const product = await context.product(this.parameters.product ?? 'reference');
  const tags = pickle.tags.map((tag) => tag.name);
  const slug = scenarioSlug(pickle);
  const session = await openSession(context, product, {
    requirement: requirementOf(tags),
    scenario: pickle.name,
    folder: slug,
    seed: seedOf(context.options.seed, product.product.id, slug),
    traces: tags.includes('@traces'),
  });
  const { history } = session;
  this.begin(session, []);
  const baseline = await baselineFor(context, product, history);
  const decided = applicability(tags, product.product, baseline);
  history.record('harness', { kind: 'applicability', ...decided });
  this.begin(this.session, usableStimuli(tags, baseline));
  return decided.verdict === 'runs' ? undefined : 'skipped';
});

BeforeStep(function (this: HeiikiWorld, { pickleStep }) {
  this.session.history.record('harness', { kind: 'step', text: pickleStep.text });
});

After(async function (this: HeiikiWorld, { pickle, result }: ITestCaseHookParameter) {
  if (!this.begun) return;
  const { session } = this;
  const failed = result?.status === Status.FAILED;
  const broke = failed
    ? { name: result.exception?.type ?? '', text: result.message ?? 'unknown' }
    : undefined;
  const judgement = await conclude(session, { completed: result?.status === Status.PASSED, broke });
  const named = { product: session.product.product.id, scenario: scenarioSlug(pickle) };
  this.attach(JSON.stringify({ ...named, ...judgement }), { mediaType: JUDGEMENT });
  if (result?.status === Status.PASSED && judgement.verdict !== 'pass')
    throw new Error(`every step passed, but the history says ${judgement.verdict}: ${judgement.reason.en}`);
});

AfterAll(closeOwnRun);
