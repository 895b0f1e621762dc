import { execFileSync } from 'node:child_process';

/** Pids of the processes whose command line contains a word, below a parent if one is given. */
export function processesOf(word: string, parent?: number): number[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => args.join(' ').includes(word) && isParent(ppid, parent))
    .map(([pid]) => Number(pid));
}

function isParent(ppid: string | undefined, parent: number | undefined): boolean {
  return parent === undefined || Number(ppid) === parent;
}
