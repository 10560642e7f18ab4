namespace Dataflow.Time;

/// <summary>A step that makes event time. A task lets all of these steps finish each phase before any begins the next, so that none reports
/// its stream's time while another stream, idle by outdated knowledge, would let time pass over records that have arrived.</summary>
internal interface IMakesTime
{
    /// <summary>Looks up the time of its splits, those of all workers.</summary>
    void Look();

    /// <summary>Tells the next step the time that was found.</summary>
    void Tell();
}
