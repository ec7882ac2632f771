/** `heiiki lab …` on the command line. What does the work is loaded only when it is asked for. */
import { Option, type Command } from 'commander';
import { positiveInteger } from '../options.ts';
import type { FaultSettings } from './protocol.ts';

interface Surroundings {
  readonly signal: AbortSignal;
  readonly end: (status: number) => void;
  /** a path is meant from where the command was given */
  readonly fromHere: (name: string) => string;
}

export function addLab(program: Command, { signal, end, fromHere }: Surroundings): void {
  const lab = program.command('lab').description('a lab by hand: start one, work in it, break it, watch it');

  lab
    .command('up <topology>')
    .description('start a lab that stays until it is taken down')
    .option('--product <id or path>', 'install it on every endpoint')
    .option('--name <name>', 'what the lab is called (default: the topology)')
    .action(async (topology: string, { product, name }: { product?: string; name?: string }) => {
      const { up } = await import('./up.ts');
      end(
        await up({ topology, product: product === undefined ? undefined : fromHere(product), name }, signal),
      );
    });

  lab
    .command('ls')
    .description('the labs that there are, dead ones too')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const { ls } = await import('./ls.ts');
      end(await ls(json));
    });

  lab
    .command('exec <lab> <argv...>')
    .usage('[options] <lab> -- <program> [arguments…]')
    .description('run a program on an endpoint; input, output and status are passed through')
    .option('--endpoint <name>', 'where (not needed where there is only one)')
    .option('--user <name>', 'as whom', 'root')
    .action(async (name: string, argv: string[], { endpoint, user }: { endpoint?: string; user: string }) => {
      const { exec } = await import('./exec.ts');
      end(await exec(name, { argv, user, ...(endpoint === undefined ? {} : { endpoint }) }, signal));
    });

  lab
    .command('watch <lab>')
    .description(
      'packets by peer, relay decisions, questions to resolvers, the cloud, faults and moves, live',
    )
    .option('--json', 'the events themselves, one a line', false)
    .option('--past', 'from the first event on', false)
    .action(async (name: string, flags: { json: boolean; past: boolean }) => {
      const { watch } = await import('./watch.ts');
      end(await watch(name, flags, signal));
    });

  addChanges(lab, signal, end);
  lab
    .command('down [lab]')
    .description('end a lab; its evidence stays')
    .option('--all', 'every lab', false)
    .action(async (name: string | undefined, { all }: { all: boolean }) => {
      const { WrongUsage } = await import('../options.ts');
      if (all === (name !== undefined)) throw new WrongUsage('heiiki lab down: name one lab, or say --all');
      const { down } = await import('./down.ts');
      end(await down(name === undefined ? undefined : [name]));
    });
  lab.command('serve <lab>', { hidden: true }).action(async (name: string) => {
    const { serve } = await import('./serve.ts');
    end(await serve(name, signal));
  });
}

/** What changes a lab that runs. */
function addChanges(lab: Command, signal: AbortSignal, end: (status: number) => void): void {
  lab
    .command('relocate <lab> <zone>')
    .description('move an endpoint to another zone, or to no network: none')
    .option('--endpoint <name>', 'which (not needed where there is only one)')
    .action(async (name: string, zone: string, { endpoint }: { endpoint?: string }) => {
      const { verb } = await import('./verbs.ts');
      const to = zone === 'none' ? null : zone;
      end(
        await verb(
          name,
          { op: 'relocate', zone: to, ...(endpoint === undefined ? {} : { endpoint }) },
          signal,
        ),
      );
    });

  lab
    .command('fault <lab> <fault>')
    .description('break the relay; done when the fault was seen in force')
    .option('--relay <name>', 'which (not needed where there is only one)')
    .addOption(setting('--seconds <n>'))
    .addOption(setting('--bytes <n>'))
    .addOption(setting('--percent <n>'))
    .addOption(setting('--bits-per-second <n>'))
    .addOption(setting('--times <n>'))
    .action(async (name: string, fault: string, flags: FaultSettings & { relay?: string }) => {
      const { verb } = await import('./verbs.ts');
      const { relay, ...settings } = flags;
      end(
        await verb(name, { op: 'fault', fault, settings, ...(relay === undefined ? {} : { relay }) }, signal),
      );
    });

  lab
    .command('heal <lab>')
    .description('end the faults; done when they were seen gone')
    .option('--relay <name>', 'only of this one')
    .action(async (name: string, { relay }: { relay?: string }) => {
      const { verb } = await import('./verbs.ts');
      end(await verb(name, { op: 'heal', ...(relay === undefined ? {} : { relay }) }, signal));
    });
}

function setting(flags: string): Option {
  const name = flags.split(' ')[0] ?? flags;
  return new Option(flags, 'setting of a fault that has it').argParser(positiveInteger(name));
}
