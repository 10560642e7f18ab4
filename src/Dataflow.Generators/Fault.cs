using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>A fault of a type or member.</summary>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Location">The place of the error.</param>
/// <param name="Arguments">What the message names.</param>
internal sealed record Fault(DiagnosticDescriptor Rule, Location? Location, params object[] Arguments)
{
    /// <summary>Whether no codec is made.</summary>
    public bool IsError => Rule.DefaultSeverity == DiagnosticSeverity.Error;

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule, Location, Arguments);
}
