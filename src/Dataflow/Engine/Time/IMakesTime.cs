namespace Dataflow.Time;

/// <summary>A step that makes event time. A task has all of them take each of these steps before any takes the next one, so that none says
/// how far its stream is while another, idle by what was known before, still lets time pass over records that have come.</summary>
internal interface IMakesTime
{
    /// <summary>Looks how far its splits are, those of all workers.</summary>
    void Look();

    /// <summary>Tells the next step that records come again, if they do.</summary>
    void GoOn();

    /// <summary>Tells the next step what was found.</summary>
    void Tell();
}
