import './filter-bar.css';
import { useEffect, useState } from 'preact/hooks';
import { about } from '../api/about.ts';
import type { Filter } from './filter.ts';

interface FilterBarProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

type Choices = readonly (readonly [value: string, name: string])[];

const statuses: Choices = [
  ['', 'any'],
  ['converted', 'converted'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
];
const colours: Choices = [
  ['', 'any'],
  ['true', 'gray all along'],
  ['false', 'in colour'],
];
const ages: Choices = [
  ['', 'ever'],
  ['15m', '15 minutes'],
  ['1h', 'hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
];
const sorts: Choices = [
  ['newest', 'newest'],
  ['oldest', 'oldest'],
  ['slowest', 'slowest'],
  ['fastest', 'fastest'],
];

/** Selects the listed rows and their order; the URL reflects both. */
export function FilterBar({ filter, onChange }: FilterBarProps) {
  const methods = about.value?.methods ?? [];
  const field = (name: keyof Filter) => ({
    value: filter[name],
    onChange: (value: string) => onChange({ ...filter, [name]: value }),
  });
  return (
    <search class="filter-bar">
      <TextField label="Key begins with" {...field('prefix')} />
      <TextField label="Key contains (slower)" {...field('contains')} />
      <ChoiceField label="Status" choices={statuses} {...field('status')} />
      <TextField label="Code" {...field('code')} />
      <ChoiceField
        label="Method"
        choices={[['', 'any'], ...methods.map((method) => [method, method] as const)]}
        {...field('method')}
      />
      <TextField label="Version" {...field('version')} />
      <ChoiceField label="Colour" choices={colours} {...field('neutral')} />
      <ChoiceField label="Since" choices={ages} {...field('since')} />
      <ChoiceField label="Order" choices={sorts} {...field('sort')} />
    </search>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function ChoiceField({ label, value, choices, onChange }: FieldProps & { choices: Choices }) {
  // The URL may hold a value that the list of options lacks, for example a time or weights.
  const all = choices.some(([known]) => known === value) ? choices : [...choices, [value, value]];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {all.map(([known, name]) => (
          <option key={known} value={known}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Long enough to type a word, short enough to feel immediate. */
const typingMs = 300;

function TextField({ label, value, onChange }: FieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label>
      <span>{label}</span>
      <input
        type="search"
        value={text}
        autocomplete="off"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </label>
  );
}
