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
import { judgeScenario } from '../checks/judge.ts';
import { applicability, usableStimuli } from './applicability.ts';
import type { RunContext } from './context.ts';
import { JUDGEMENT } from '../../history/verdict.ts';
import { LabBroken } from './errors.ts';
import { openSession } from './open-session.ts';
import { closeOwnRun, ownRun, runOf } from './runs.ts';
import { requirementOf, scenarioSlug, seedOf } from './scenario.ts';
import { HeiikiWorld } from './world.ts';

/** Errors that have left their mark in the history already. */
const EXPLAINED = new Set(['CheckViolated', 'LabBroken']);

// A backstop only: every wait has a deadline of its own, and a Cucumber timeout does not stop a step.
setDefaultTimeout(30 * 60_000);
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
  const baseline = await context.openControl(product).catch((cause: unknown) => {
    const broken = LabBroken.from('the open control', cause);
    history.record('harness', {
      kind: 'lab.failed',
      blame: broken.blame,
      what: 'the open control',
      cause: broken.message,
    });
    throw broken;
  });
  history.record('harness', { kind: 'baseline', ...baseline });
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
  const begun = session.history.events[0]?.t ?? Date.now();
  try {
    await session[Symbol.asyncDispose]();
  } catch (cause) {
    session.history.record('harness', {
      kind: 'lab.failed',
      blame: 'lab',
      what: 'taking down the lab',
      cause: String(cause),
    });
  }
  // A step that broke for a reason of the harness's own has asked no check: say so, or it would be lost.
  if (result?.status === Status.FAILED && !EXPLAINED.has(result.exception?.type ?? ''))
    session.history.record('harness', {
      kind: 'lab.failed',
      blame: 'harness',
      what: 'a step',
      cause: result.message ?? 'unknown',
    });
  const seconds = (Date.now() - begun) / 1000;
  session.history.record('harness', {
    kind: 'scenario.finished',
    seconds,
    completed: result?.status === Status.PASSED,
  });
  await session.history.close();
  const judgement = judgeScenario(session.history.events);
  const named = { product: session.product.product.id, scenario: scenarioSlug(pickle), seconds };
  this.attach(JSON.stringify({ ...named, ...judgement }), { mediaType: JUDGEMENT });
  if (result?.status === Status.PASSED && judgement.verdict !== 'pass')
    throw new Error(`every step passed, but the history says ${judgement.verdict}: ${judgement.reason.en}`);
});

AfterAll(closeOwnRun);
