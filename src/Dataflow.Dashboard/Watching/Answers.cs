using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Dashboard;

/// <summary>The answers of one second: each is made when the first client asks, and then is the same for all.</summary>
internal sealed class Answers
{
    private readonly ConcurrentDictionary<Type, Lazy<Answer>> _made = new();

    /// <summary>Returns the answer of a type, made by the first call.</summary>
    public Answer Get<T>(Func<T> make, JsonTypeInfo<T> type)
        => _made.GetOrAdd(typeof(T), _ => new Lazy<Answer>(() => Answer.Of(make(), type))).Value;
}
