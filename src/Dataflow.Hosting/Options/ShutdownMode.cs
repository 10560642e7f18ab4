namespace Dataflow.Hosting;

/// <summary>Decides how a pipeline ends when its host shuts down.</summary>
public enum ShutdownMode
{
    /// <summary>The pipeline takes a last checkpoint; the next start of the host carries on from there. The default.</summary>
    Stop,

    /// <summary>The pipeline ends for good: it processes what it has read, closes its windows and completes its sinks. Started again, it is
    /// refused if its input goes on: see <see cref="Job.DrainAsync"/>.</summary>
    Drain,
}
