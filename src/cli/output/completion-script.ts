import type { Command, Option } from 'commander';
import { methods, recipeOptions } from '../../convert/index.ts';

/** What can follow a command, read from commander's own definitions. */
interface CompletedCommand {
  name: string;
  description: string;
  subcommands: string[];
  options: CompletedOption[];
}

interface CompletedOption {
  flags: string[];
  description: string;
  takesValue: boolean;
  /** The possible values; without any, file names are completed. */
  values: readonly string[];
}

export function describeCommands(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    subcommands: [
      ...command.commands.map((each) => each.name()),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ],
    options: [...command.options.map(describeOption), help],
  }));
}

const help = { flags: ['--help'], description: 'show the help', takesValue: false, values: [] };

function describeOption(option: Option): CompletedOption {
  return {
    flags: [option.long, option.short].filter((flag) => flag !== undefined),
    description: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? recipeValues(option.attributeName()),
  };
}

/** The options of a recipe are parsed, not chosen: `--format jpg` and `--method mix:1,1,1` are valid, too. */
function recipeValues(name: string): readonly string[] {
  if (name === 'method') return Object.keys(methods);
  const options: Record<string, { choices?: readonly string[] }> = recipeOptions;
  return Object.hasOwn(options, name) ? (options[name]?.choices ?? []) : [];
}

/** One script for each shell. */
export const completionScripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

const programs = ['grayscale', 'grayscale-image-processor'];

/** Needs neither the package bash-completion nor a bash newer than that of macOS. */
function bashScript(commands: CompletedCommand[]): string {
  return `_grayscale() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words(commands)} --help --version" -- "$word"))
    return
  fi
  case "$command:$previous" in
${commands.flatMap((command) => bashValues(command)).join('\n')}
  esac
  case "$command" in
${commands.map(bashWords).join('\n')}
  esac
}
complete -o default -F _grayscale ${programs.join(' ')}`;
}

function bashValues({ name, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, values }) => {
      const pattern = flags.map((flag) => `${name}:${flag}`).join('|');
      const reply =
        values.length > 0 ? `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$word")); ` : '';
      return `    ${pattern}) ${reply}return ;;`;
    });
}

/** Without a reply, bash completes file names. */
function bashWords({ name, options, subcommands }: CompletedCommand): string {
  const flags = options.flatMap((option) => option.flags);
  const rest =
    subcommands.length > 0
      ? `*) COMPREPLY=($(compgen -W "${subcommands.join(' ')}" -- "$word")) ;; `
      : '';
  return `    ${name}) case "$word" in -*) COMPREPLY=($(compgen -W "${flags.join(' ')}" -- "$word")) ;; ${rest}esac ;;`;
}

function zshScript(commands: CompletedCommand[]): string {
  const list = commands.map(({ name, description }) => zshQuote(`${name}:${description}`));
  return `#compdef ${programs.join(' ')}
_grayscale() {
  if (( CURRENT == 2 )); then
    local -a commands=(${list.join(' ')})
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${commands.map(zshCommand).join('\n')}
  esac
}
compdef _grayscale ${programs.join(' ')}`;
}

function zshCommand({ name, options, subcommands }: CompletedCommand): string {
  const specs = options.flatMap(({ flags, description, takesValue, values }) =>
    flags.map((flag) => {
      const text = description.replaceAll(/[\\[\]:]/g, '\\$&');
      const choices = values.length > 0 ? `(${values.join(' ')})` : '_files';
      return zshQuote(`*${flag}[${text}]${takesValue ? `:value:${choices}` : ''}`);
    }),
  );
  const rest = subcommands.length > 0 ? `(${subcommands.join(' ')})` : '_files';
  return `    ${name}) _arguments ${specs.join(' ')} ${zshQuote(`*:argument:${rest}`)} ;;`;
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishScript(commands: CompletedCommand[]): string {
  return programs
    .flatMap((program) => [
      ...commands.map(
        ({ name, description }) =>
          `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(description)}`,
      ),
      ...commands.flatMap((command) => fishOptions(program, command)),
    ])
    .join('\n');
}

function fishOptions(program: string, { name, options, subcommands }: CompletedCommand): string[] {
  const start = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
  const lines = options.map(({ flags, description, takesValue, values }) => {
    const names = flags.map((flag) =>
      flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
    );
    const value =
      values.length > 0 ? ` -x -a ${fishQuote(values.join(' '))}` : takesValue ? ' -r' : '';
    return `${start} ${names.join(' ')}${value} -d ${fishQuote(description)}`;
  });
  return subcommands.length > 0
    ? [`${start} -f -a ${fishQuote(subcommands.join(' '))}`, ...lines]
    : lines;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

function words(commands: CompletedCommand[]): string {
  return commands.map(({ name }) => name).join(' ');
}
