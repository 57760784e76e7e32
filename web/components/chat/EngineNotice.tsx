import { useImageJobs } from '../../hooks/useDarkroom.ts';
import { useNow } from '../../hooks/useNow.ts';
import { engineWords } from '../../text/imageJob.ts';
import { Icon } from '../ui/Icon.tsx';

/** Says that an image engine rests, why, and when it is tried again. The time that ticks isn't read out. */
export const EngineNotice = () => {
  const engines = useImageJobs((state) => state.engines);
  const resting = engines.filter(({ circuit }) => circuit !== 'closed');
  const now = useNow(resting.length > 0);
  if (resting.length === 0) return null;
  const areAll = resting.length === engines.length;
  return (
    <div className="banner banner-resting" data-testid="engine-resting">
      <Icon name="moon" size={16} />
      <div className="banner-lines">
        {resting.map((engine) => {
          const { title, why, next } = engineWords(engine, engines.length === 1, now);
          return (
            <p key={engine.name}>
              <span role="status">
                <b>{title}</b> {why}
              </span>{' '}
              {next}
            </p>
          );
        })}
        <p>
          {areAll
            ? 'Pictures that wait keep their places; nothing needs to be done.'
            : 'The others go on drawing.'}
        </p>
      </div>
    </div>
  );
};
