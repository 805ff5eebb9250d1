/** Small pieces that every section of the page uses. */
import type { Child, FC } from 'hono/jsx';

/** `2026-03-01 14:05` in UTC. */
export const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** How long ago, in hours with a decimal; empty when it is not known. */
export const hoursSince = (iso: string | null, now: number): string =>
  iso === null ? '' : String(Math.round((now - Date.parse(iso)) / 360_000) / 10);

export const Tag: FC<{ on?: boolean; children?: Child }> = ({ on, children }) => (
  <span class={on ? 'tag on' : 'tag'}>{children}</span>
);

export const Select: FC<{ name: string; label: string; options: readonly (string | [value: string, text: string])[]; value?: string }> = ({
  name,
  label,
  options,
  value,
}) => (
  <label>
    {label}
    <select name={name}>
      {options.map((option) => {
        const [key, text] = typeof option === 'string' ? [option, option] : option;
        return (
          <option value={key} selected={key === value}>
            {text}
          </option>
        );
      })}
    </select>
  </label>
);

export const Input: FC<{ name: string; label: string; value?: string; type?: string; required?: boolean; placeholder?: string }> = ({
  label,
  type = 'text',
  ...rest
}) => (
  <label>
    {label}
    <input type={type} step={type === 'number' ? 'any' : undefined} {...rest} />
  </label>
);

/** A button that says which act of its form it stands for. */
export const Act: FC<{ act: string; main?: boolean; children?: Child }> = ({ act, main, children }) => (
  <button type="submit" name="act" value={act} class={main ? 'main' : undefined} formnovalidate>
    {children}
  </button>
);

/** One thing that somebody said, in a ticket or an issue. */
export const Said: FC<{ by: string; at: string; how: string; us: boolean; note?: boolean; text: string }> = ({ by, at, how, us, note, text }) => (
  <div class={`said${note ? ' note' : ''}${us ? ' us' : ''}`}>
    <div class="who">
      {by}, {how}, {minute(at)}
    </div>
    <pre>{text}</pre>
  </div>
);
