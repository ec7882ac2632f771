/**
 * Who may import whom (docs: "Layout"). Each rule's comment says what to do instead. Arrows point from what
 * composes to what is composed: cli → steps → topologies, mocks, products → history.
 */
const PROJECT = '^(cli|features|history|mocks|products|reports|steps|topologies|bench)/';
const TEST = '\\.test\\.tsx?$';
/** Tests with an engine may start a lab to try what they test. */
const DOCKER_TEST = '\\.docker\\.test\\.ts$';

/** Files of `folder` import nothing of the project but what matches one of `allowed`. */
const only = (name, folder, allowed, comment, { except = [], types = false } = {}) => ({
  name,
  severity: 'error',
  comment,
  from: { path: folder, ...(except.length > 0 ? { pathNot: except } : {}) },
  to: {
    path: PROJECT,
    pathNot: allowed,
    ...(types ? { dependencyTypesNot: ['type-only'] } : {}),
  },
});

/** The package is imported in one folder only. */
const door = (name, packages, folder, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: PROJECT, pathNot: [folder] },
  to: { path: packages },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment:
        'These files need each other to start. Move what both need into a third file, or hand it over as an argument.',
      from: { pathNot: TEST },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment:
        'This import leads nowhere. Write the path with its .ts extension, or add the package to package.json.',
      from: { path: PROJECT },
      to: { couldNotResolve: true },
    },
    only(
      'history-imports-nothing',
      '^history/',
      ['^history/'],
      'The history is the one record that everything rests on and imports nothing of the project. Move what it needs into history/, or let the caller hand it over.',
    ),
    only(
      'checks-import-history-only',
      '^steps/checks/',
      ['^steps/checks/', '^history/'],
      'A check is a pure function of a history. Put what it needs to know into an event or into its arguments.',
    ),
    only(
      'steps-are-words-only',
      '^steps/[^/]+\\.steps\\.ts$',
      ['^steps/(support|checks)/'],
      'Step files turn words into calls. Call a function of steps/support that does this (types may come from anywhere).',
      { types: true },
    ),
    only(
      'support-composes',
      '^steps/support/',
      ['^steps/(support|checks)/', '^(topologies|mocks|products|history)/'],
      'steps/support is where labs, mocks and products meet. What reports or the command line need is handed to them, not imported from them.',
    ),
    only(
      'topologies-stand-alone',
      '^topologies/(?!engine/)',
      ['^topologies/', '^history/'],
      'A topology knows no product, mock or step. Let the caller hand over what is to be run (LabSpec).',
    ),
    only(
      'engine-is-a-door',
      '^topologies/engine/',
      ['^topologies/engine/'],
      'The engine adapter knows nothing but containers. Put what belongs to labs into topologies/.',
    ),
    only(
      'cloud-stands-alone',
      '^mocks/cloud/(?!protocol/)',
      ['^mocks/cloud/', '^history/'],
      'The mock cloud knows the protocol and the history, no lab and no agent. Use a structural type for what it talks to.',
      { except: [DOCKER_TEST] },
    ),
    only(
      'protocol-imports-nothing',
      '^mocks/cloud/protocol/',
      ['^mocks/cloud/protocol/'],
      'The protocol is what cloud and agents share, so it may lean on neither.',
    ),
    only(
      'agent-knows-the-protocol-only',
      '^mocks/agent/',
      ['^mocks/agent/', '^mocks/cloud/protocol/'],
      'The agent stands for a product from elsewhere: it may know the published protocol and nothing of the harness.',
      { except: [DOCKER_TEST] },
    ),
    only(
      'fleet-knows-the-protocol-only',
      '^mocks/fleet/',
      ['^mocks/fleet/', '^mocks/cloud/protocol/'],
      'The fleet stands for endpoints from elsewhere: it may know the published protocol and nothing of the harness.',
      { except: [TEST] },
    ),
    only(
      'workloads-stand-alone',
      '^mocks/workloads/',
      ['^mocks/workloads/'],
      'Workloads are plain data about acts. Let steps/support bring them together with the rest.',
      { except: [DOCKER_TEST] },
    ),
    only(
      'products-stand-alone',
      '^products/',
      ['^products/'],
      'Products are manifests and payloads. Types of the lab may be named; what runs them is in steps/support.',
      { except: [DOCKER_TEST], types: true },
    ),
    only(
      'reports-read-history-only',
      '^reports/',
      ['^reports/', '^history/'],
      'Reports render plain data. Put what they need into results.json or the history.',
    ),
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      comment:
        'cli/ is the outermost layer. Move what others need to where it belongs, and import it from there.',
      from: { path: PROJECT, pathNot: ['^(cli|bench)/'] },
      to: { path: '^cli/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      comment: 'A test is no library. Move the helper into a file of its own (testing.ts) beside it.',
      from: { path: PROJECT },
      to: { path: TEST },
    },
    door(
      'one-door-to-the-engine',
      '(^|/)node_modules/(dockerode|testcontainers|@types/dockerode)/',
      '^topologies/engine/',
      'Only topologies/engine speaks to a container engine. Use the Engine interface.',
    ),
    door(
      'one-door-to-mockttp',
      '(^|/)node_modules/mockttp/',
      '^mocks/cloud/',
      'Only mocks/cloud uses mockttp. Add a dialect or a fault there.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(reports/out|node_modules/.*/node_modules)/' },
    // Types count: a type from the wrong folder ties the folders together just as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
