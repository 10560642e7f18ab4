namespace Dataflow.Dashboard;

/// <summary>A request that is refused, with the status and the sentence of its answer.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status => status;
}
