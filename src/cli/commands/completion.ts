import { Argument, Command } from 'commander';
import { print } from '../../process/terminal.ts';
import { completionScripts, describeCommands } from '../output/completion-script.ts';

/** `grayscale completion` */
export function completionCommand(): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      `
Examples:
  source <(grayscale completion bash)   # in ~/.bashrc
  source <(grayscale completion zsh)    # in ~/.zshrc
  grayscale completion fish | source    # in config.fish`,
    )
    .action((shell: keyof typeof completionScripts, _, command: Command) => {
      const commands = describeCommands(command.parent ?? command);
      print(completionScripts[shell](commands));
    });
}
