namespace Dataflow.Extensibility;

/// <summary>Marks a collection in state that keeps the texts (<see cref="Utf8"/>) of each value when it is added: the engine does not look
/// for them in all values after each batch.</summary>
public interface IKeepsTexts;
