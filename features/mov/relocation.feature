Feature: Relocation
  An endpoint is carried from the closed network to an open one, and back.

  @MOV-01 @must @S6 @S8 @stimulus:any
  Rule: After the move the product recovers in the way that it declares

    Scenario: From the closed network to the open one
      Given the product works in a closed network
      When the endpoint is moved to the open network
      And the cheapest way that brings the product back is looked for
      Then it has recovered as declared

  @MOV-02 @must @S7 @if:relay-preferred @stimulus:any
  Rule: A lost relay is gone around where there is another way

    Scenario Outline: The relay of an open network is lost: <kind>
      Given the product works behind the relay of an open network
      When the relay is lost: <kind>
      And an attack happens
      Then it is reported directly, without the relay

      Examples:
        | kind        |
        | refused     |
        | silent      |
        | answers-407 |
        | answers-403 |
        | answers-503 |
        | paused      |
        | captive-200 |

    Scenario Outline: The relay of an open network, known by its name, is lost: <kind>
      Given the product works behind the relay of an open network and knows it by name
      When the relay is lost: <kind>
      And an attack happens
      Then it is reported, directly or through the relay that still works at its address

      Examples:
        | kind      |
        | name-gone |

  @MOV-03 @must @S5 @if:relay-only @stimulus:any
  Rule: A product bound to its relay never goes around it, and says that it is cut off

    Scenario: Bound to the relay in an open network
      Given the product works in a closed network
      And its status has been asked while it works
      When the endpoint is moved to the open network
      And the endpoint is started again
      And it has had its time to start
      And an attack happens
      Then it is visible on the endpoint that the product is cut off
      And the product has not spoken to its cloud

  @MOV-04 @must @S6 @stimulus:any
  Rule: Back in the closed network the product uses the relay again

    Scenario: From the open network back to the closed one
      Given the product works in a closed network
      And the endpoint has been in the open network
      When the endpoint is moved back to the closed network
      And an attack happens
      Then it is reported through the relay in time
      And the product no longer tries to go around the relay

  @MOV-07 @must @S6 @S9 @traces
  Rule: The product can be removed where its cloud cannot be reached

    Scenario: Removal without any network
      Given the product works in a closed network
      And the endpoint is cut off from every network
      When the product is removed as its maker documents it
      Then nothing of it is left
