namespace Dataflow.Features.Http;

/// <summary>A request that cannot be answered, with the message for the client.</summary>
internal sealed class RequestException(int status, string detail) : Exception(detail)
{
    public int Status => status;
}
