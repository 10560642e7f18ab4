namespace Dataflow.Testing;

/// <summary>The law that no record is lost: in = out + filtered + late + unmatched + dead letters.</summary>
public static class Conservation
{
    extension(JobStatus status)
    {
        /// <summary>Verifies, for every step of a finished job that emits one result per record, that all received records are accounted
        /// for. <see cref="SimulatedJob.Run"/> does so by itself.</summary>
        /// <exception cref="InvalidOperationException">A step has lost or duplicated records; all such steps are named.</exception>
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
