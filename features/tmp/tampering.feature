Feature: Tampering on the endpoint
  Somebody on the endpoint, with or without administrator rights, wants the product to look elsewhere or to be silent.

  @TMP-03 @must @S4 @stimulus:any
  Rule: An ordinary user cannot lead the product to another relay

    Scenario: A user tries files, commands and the environment
      Given the product works in a closed network where somebody runs a relay of his own
      When an ordinary user tries to lead it there by files, by commands and by the environment
      And the endpoint is started again
      Then the product has kept to its own relay and still reports

  @TMP-04 @should @S4 @if:self-protection @stimulus:any @traces
  Rule: Whoever ends the product on the endpoint does not stay unnoticed

    @if:answers-kill
    Scenario: Its processes are killed while the relay is away
      Given the product works in a closed network
      When the relay is lost: refused
      And root kills its processes one after the other
      And it has had its time to come back
      And an attack happens
      And the relay comes back
      Then this was undone, or its cloud was told of it

    @if:answers-stop
    Scenario: It is stopped with its own command
      Given the product works in a closed network
      When root stops it with its own command
      And it has had its time to come back
      And an attack happens
      Then this was undone, or its cloud was told of it

  @TMP-06 @should @S8 @if:edited-configuration @stimulus:any
  Rule: What comes of an edit of the stored configuration is known

    Scenario: Root edits the stored configuration
      Given the product works in a closed network where somebody runs a relay of his own
      When root writes that relay into all that the product has stored
      And its cloud has had its time to be told of it
      And the endpoint is started again
      Then what comes of the edit is what the product declares
