import './options-bar.css';
import { about } from '../api/about.ts';
import { chooseRecipe, dropOptions } from './drop-options.ts';

/** Chooses whether dropped images are stored and, if not, how they are converted. */
export function OptionsBar() {
  const { isStored } = dropOptions.value;
  const choose = (isStored: boolean) => {
    dropOptions.value = { ...dropOptions.value, isStored };
  };
  return (
    <div class="options-bar">
      <fieldset class="options-where">
        <legend class="for-readers">Dropped images are</legend>
        <label>
          <input type="radio" name="store" checked={isStored} onChange={() => choose(true)} /> Store
          and convert
        </label>
        <label>
          <input type="radio" name="store" checked={!isStored} onChange={() => choose(false)} />{' '}
          Convert only
        </label>
      </fieldset>
      {isStored ? (
        <p class="soft">With the server’s recipe: {about.value?.recipe.text}</p>
      ) : (
        <RecipeFields />
      )}
    </div>
  );
}

function RecipeFields() {
  const server = about.value;
  const { recipe } = dropOptions.value;
  const format = recipe.format || server?.recipe.format;
  const facts = server?.outputs.find((output) => output.format === format);
  return (
    <>
      <Choice
        label="Method"
        value={recipe.method}
        choices={server?.methods ?? []}
        onChange={(method) => chooseRecipe({ method })}
      />
      <Choice
        label="Format"
        value={recipe.format}
        choices={server?.formats ?? []}
        onChange={(format) => chooseRecipe({ format })}
      />
      {facts?.hasQuality && (
        <label>
          <span>Quality</span>
          <input
            type="number"
            min="1"
            max="100"
            placeholder="default"
            value={recipe.quality}
            onChange={({ currentTarget: { value, validity } }) =>
              chooseRecipe({ quality: validity.valid ? value : '' })
            }
          />
        </label>
      )}
      {facts && facts.depths.length > 1 && (
        <Choice
          label="Bits per sample"
          value={recipe.depth}
          choices={facts.depths}
          onChange={(depth) => chooseRecipe({ depth })}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly string[];
  onChange: (value: string) => void;
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">default</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}
