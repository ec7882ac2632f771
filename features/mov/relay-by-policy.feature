Feature: The relay in the policy
  Whoever runs a thousand endpoints does not go to each of them when a relay is replaced or taken away.

  @MOV-08 @must @S6 @requires:relay-by-policy @stimulus:any
  Rule: A policy changes and clears the relay, and a wrong one locks nobody out

    Scenario: Another relay
      Given the product works behind a relay that is going to be replaced
      When the policy names the other relay
      And an attack happens
      Then it is reported through the other relay in time

    Scenario: No relay any more
      Given the product works behind the relay of an open network
      When the policy names no relay
      And an attack happens
      Then it is reported directly, without the relay

    Scenario Outline: A relay that nobody has: <which>
      Given the product works in a closed network
      When the policy names a relay that nobody has: <which>
      And an attack happens
      Then it is reported through the relay all the same

      Examples:
        | which                |
        | a port that refuses  |
        | an address of nobody |
