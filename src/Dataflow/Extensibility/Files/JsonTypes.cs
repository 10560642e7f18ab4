using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>The types that System.Text.Json can read and write on lines.</summary>
public static class JsonTypes
{
    /// <summary>The types that were made known at compile time, and where there is reflection all others.</summary>
    public static IJsonTypeInfoResolver All { get; } = ReflectedCodecs.AreSupported
        ? JsonTypeInfoResolver.Combine(new KnownJson(isAlone: false), Reflected()) : new KnownJson(isAlone: true);

    /// <summary>All types, by reflection: also in a program in which System.Text.Json would not use it unasked.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = ReflectedCodecs.Only)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
    internal static IJsonTypeInfoResolver Reflected() => new DefaultJsonTypeInfoResolver();
}
