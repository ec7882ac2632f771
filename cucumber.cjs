// `npx cucumber-js` by itself plays the scenarios on the reference product (HEIIKI_PRODUCT names another).
// The steps are TypeScript: tsx is registered for the main thread; worker threads use Node's own type stripping.
const { register } = require('tsx/esm/api');
register();

module.exports = {
  default: {
    import: ['steps/support/hooks.ts', 'steps/*.steps.ts'],
    format: ['./reports/cucumber-formatter.ts', 'message:reports/out/messages.ndjson'],
    worldParameters: { product: process.env.HEIIKI_PRODUCT || 'reference' },
  },
};
