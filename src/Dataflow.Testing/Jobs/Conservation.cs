namespace Dataflow.Testing;

/// <summary>The law that no record is lost: in = out + filtered + late + missed + dead letters.</summary>
public static class Conservation
{
    extension(JobStatus status)
    {
        /// <summary>Checks for every step of a finished job that hands on one result for a record what became of all that came
        /// in. <see cref="SimulatedJob.Run"/> does so by itself.</summary>
        /// <exception cref="InvalidOperationException">Some step has lost or doubled records; all such steps are named.</exception>
        public void CheckThatNoRecordIsLost()
        {
            ArgumentNullException.ThrowIfNull(status);
            var faults = status.Steps.Where(step => step.InFlight is not (null or 0)).Select(step
                => $"step '{step.Name}': {step.In} came in, {step.Emitted} went out, {step.Filtered} filtered, {step.Late} late, "
                    + $"{step.Unmatched} missed, {step.DeadLetters} dead letters").ToList();
            if (faults.Count > 0) throw new InvalidOperationException("Records were lost or doubled: " + string.Join("; ", faults) + ".");
        }
    }
}
