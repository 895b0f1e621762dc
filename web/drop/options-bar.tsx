import './options-bar.css';
import { about } from '../api/about.ts';
import type { RecipeChoice } from '../elements/convert-image.ts';
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
        <p class="soft">
          Stored images all use the server’s recipe: {about.value?.recipe.text}. To choose options
          and download the results, select “Convert only”.
        </p>
      ) : (
        <RecipeFields />
      )}
    </div>
  );
}

/** What can be chosen with the format of each source. */
const sourceFacts = { hasQuality: true, hasLossless: true, depths: [] };

function RecipeFields() {
  const server = about.value;
  const { recipe } = dropOptions.value;
  const format = recipe.format || server?.recipe.format;
  const facts =
    format === 'source' ? sourceFacts : server?.outputs.find((output) => output.format === format);
  return (
    <>
      <Choice label="Method" name="method" choices={server?.methods} />
      <Choice label="Format" name="format" choices={server && [...server.formats, 'source']} />
      {facts?.hasLossless && (
        <Choice label="Lossless" name="lossless" choices={['true', 'false']} />
      )}
      {facts?.hasQuality && recipe.lossless !== 'true' && <Quality />}
      {facts && facts.depths.length > 1 && (
        <Choice label="Depth" name="depth" choices={facts.depths} />
      )}
      {['1', '2', '4'].includes(recipe.depth) && (
        <>
          <Choice label="Dither" name="dither" choices={['none', 'floyd-steinberg']} />
          <Choice label="Alpha" name="alpha" choices={['flatten', 'drop']} />
        </>
      )}
    </>
  );
}

function Quality() {
  return (
    <label>
      <span>Quality</span>
      <input
        type="number"
        min="1"
        max="100"
        placeholder="default"
        value={dropOptions.value.recipe.quality}
        onChange={({ currentTarget: { value, validity } }) =>
          chooseRecipe({ quality: validity.valid ? value : '' })
        }
      />
    </label>
  );
}

interface ChoiceProps {
  label: string;
  name: keyof RecipeChoice;
  choices: readonly string[] | undefined;
}

/** A choice among words; without one, the server’s default is used. */
function Choice({ label, name, choices = [] }: ChoiceProps) {
  const choose = ({ currentTarget: { value } }: { currentTarget: HTMLSelectElement }) =>
    chooseRecipe({ [name]: value });
  return (
    <label>
      <span>{label}</span>
      <select value={dropOptions.value.recipe[name]} onChange={choose}>
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
