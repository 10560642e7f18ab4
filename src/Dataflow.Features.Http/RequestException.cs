namespace Dataflow.Features.Http;

/// <summary>A request that cannot be answered, and what the client is told.</summary>
internal sealed class RequestException(int status, string detail) : Exception(detail)
{
    public int Status => status;
}
